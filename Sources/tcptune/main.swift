import Commands

TCPTune.runAndExit()
