// ProfilesTests
