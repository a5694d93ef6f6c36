-- tcptune's TCP header options in Wireshark and tshark; docs/header-options.md has the bytes.
--
-- A post-dissector: it reads what the TCP dissector has found as a segment's options, and adds a tree
-- of its own. Any bytes at all may be in there: every read is of bytes that are known to be there.

local tcptune = Proto("tcptune", "tcptune header options")

local KIND_USER_TIMEOUT = 28
local KIND_EXPERIMENT = 254
local EXID = 0x7474
local EXID_FAST_OPEN = 0xf989 -- Wireshark's own
local VERSION = 1
local TYPE_HELLO = 1
local TYPE_TELEMETRY = 2
local TELEMETRY_LENGTH = 20
local FLOAT_UNKNOWN = 0xffff
local FLAG_TELEMETRY, FLAG_ACK_DELAY, FLAG_IDENTITY, FLAG_COOKIE = 0x01, 0x02, 0x04, 0x08

local types = { [TYPE_HELLO] = "hello", [TYPE_TELEMETRY] = "telemetry" }
local flag_names = { "set", "not set" }
local F = ProtoField

local fields = {
    version = F.uint8("tcptune.version", "Version", base.DEC, nil, 0xf0),
    type = F.uint8("tcptune.type", "Type", base.DEC, types, 0x0f),

    hello = F.none("tcptune.hello", "Hello"),
    flags = F.uint8("tcptune.hello.flags", "Flags", base.HEX),
    flag_telemetry = F.bool(
        "tcptune.hello.flags.telemetry", "Telemetry", 8, flag_names, FLAG_TELEMETRY),
    flag_ack_delay = F.bool(
        "tcptune.hello.flags.ack_delay", "Maximum ACK delay follows", 8, flag_names,
        FLAG_ACK_DELAY),
    flag_identity = F.bool(
        "tcptune.hello.flags.identity", "Identity follows", 8, flag_names, FLAG_IDENTITY),
    flag_cookie = F.bool(
        "tcptune.hello.flags.cookie", "By SYN cookie, hello wanted again", 8, flag_names,
        FLAG_COOKIE),
    ack_delay = F.double("tcptune.hello.ack_delay", "Maximum ACK delay"),
    workload = F.uint32("tcptune.hello.workload", "Workload", base.HEX),
    profile = F.uint32("tcptune.hello.profile", "Profile", base.HEX),

    telemetry = F.none("tcptune.telemetry", "Telemetry"),
    cwnd = F.uint16("tcptune.telemetry.cwnd", "Congestion window", base.DEC),
    srtt = F.uint64("tcptune.telemetry.srtt", "Smoothed RTT", base.DEC),
    min_rtt = F.uint64("tcptune.telemetry.min_rtt", "Least RTT", base.DEC),
    rate = F.uint64("tcptune.telemetry.rate", "Delivery rate", base.DEC),
    retransmits = F.uint16("tcptune.telemetry.retransmits", "Retransmitted segments", base.DEC),
    clock = F.uint24("tcptune.telemetry.clock", "Sender's clock", base.DEC),
    delay = F.uint64("tcptune.telemetry.delay", "Queueing delay towards the sender", base.DEC),

    user_timeout = F.uint32("tcptune.user_timeout", "User timeout", base.DEC),

    raw = F.none("tcptune.raw", "Raw option"),
    raw_exid = F.uint16("tcptune.raw.exid", "ExID", base.HEX),
    raw_value = F.bytes("tcptune.raw.value", "Value"),

    unknown = F.bytes("tcptune.unknown", "Of another version, type or length"),
}
tcptune.fields = fields

local tcp_options = Field.new("tcp.options")

-- m * 2^e, e in the upper five bits and m in the lower eleven; as a UInt64.
local function float(value)
    local wide = (value % 2048) * 2 ^ math.floor(value / 2048)
    return UInt64.new(wide % 2 ^ 32, math.floor(wide / 2 ^ 32))
end

-- A float and its unit; nothing at all for what isn't known.
local function add_float(tree, field, range, unit, unknown)
    local value = range:uint()
    if value ~= unknown then
        tree:add(field, range, float(value)):append_text(unit)
    end
end

local function add_head(tree, option)
    tree:add(fields.version, option:range(4, 1))
    tree:add(fields.type, option:range(4, 1))
end

local function has(flags, flag)
    return flags % (2 * flag) >= flag
end

-- False: it isn't as long as its flags say.
local function add_hello(root, option)
    if option:len() < 6 then return false end
    local flags = option:range(5, 1):uint()
    local delay = has(flags, FLAG_ACK_DELAY) and 2 or 0
    local identity = has(flags, FLAG_IDENTITY) and 8 or 0
    if option:len() ~= 6 + delay + identity then return false end

    local tree = root:add(fields.hello, option)
    add_head(tree, option)
    local bits = tree:add(fields.flags, option:range(5, 1))
    for _, field in ipairs {
        fields.flag_telemetry, fields.flag_ack_delay, fields.flag_identity, fields.flag_cookie,
    } do
        bits:add(field, option:range(5, 1))
    end
    if delay > 0 then
        local range = option:range(6, 2)
        tree:add(fields.ack_delay, range, range:uint() / 10):append_text(" ms")
    end
    if identity > 0 then
        tree:add(fields.workload, option:range(6 + delay, 4))
        tree:add(fields.profile, option:range(10 + delay, 4))
    end
    return true
end

local function add_telemetry(root, option)
    if option:len() ~= TELEMETRY_LENGTH then return false end
    local tree = root:add(fields.telemetry, option)
    add_head(tree, option)
    tree:add(fields.cwnd, option:range(5, 2)):append_text(" segments")
    add_float(tree, fields.srtt, option:range(7, 2), " us", FLOAT_UNKNOWN)
    add_float(tree, fields.min_rtt, option:range(9, 2), " us", FLOAT_UNKNOWN)
    add_float(tree, fields.rate, option:range(11, 2), " bytes/s", 0)
    tree:add(fields.retransmits, option:range(13, 2)):append_text(" (the lowest 16 bits)")
    tree:add(fields.clock, option:range(15, 3)):append_text(" us (the lowest 24 bits)")
    add_float(tree, fields.delay, option:range(18, 2), " us", FLOAT_UNKNOWN)
    return true
end

-- False: of another version, type or length.
local function add_own(root, option)
    if option:len() < 5 then return false end
    local head = option:range(4, 1):uint()
    if head == VERSION * 16 + TYPE_HELLO then return add_hello(root, option) end
    if head == VERSION * 16 + TYPE_TELEMETRY then return add_telemetry(root, option) end
    return false
end

local function add_raw(root, option, exid)
    local tree = root:add(fields.raw, option)
    tree:append_text(string.format(", ExID 0x%04X", exid))
    tree:add(fields.raw_exid, option:range(2, 2))
    if option:len() > 4 then
        tree:add(fields.raw_value, option:range(4, option:len() - 4))
    end
end

local function add_user_timeout(root, option)
    local value = option:range(2, 2):uint()
    local seconds = value >= 0x8000 and (value - 0x8000) * 60 or value
    root:add(fields.user_timeout, option:range(2, 2), seconds):append_text(" s")
end

-- Every option up to the end, or to where the lengths stop making sense.
local function each_option(options, body)
    local at, size = 0, options:len()
    while at < size do
        local kind = options:range(at, 1):uint()
        if kind == 0 then return end
        if kind == 1 then
            at = at + 1
        else
            if at + 2 > size then return end
            local length = options:range(at + 1, 1):uint()
            if length < 2 or at + length > size then return end
            body(kind, options:range(at, length))
            at = at + length
        end
    end
end

function tcptune.dissector(_, _, tree)
    for _, field in ipairs({ tcp_options() }) do
        local root
        local function own_tree()
            root = root or tree:add(tcptune, field.range)
            return root
        end
        each_option(field.range, function(kind, option)
            if kind == KIND_USER_TIMEOUT and option:len() == 4 then
                add_user_timeout(own_tree(), option)
            elseif kind == KIND_EXPERIMENT and option:len() >= 4 then
                local exid = option:range(2, 2):uint()
                if exid ~= EXID then
                    if exid ~= EXID_FAST_OPEN then add_raw(own_tree(), option, exid) end
                elseif not add_own(own_tree(), option) then
                    own_tree():add(fields.unknown, option)
                end
            end
        end)
    end
end

register_postdissector(tcptune)
