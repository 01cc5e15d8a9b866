// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/deidentify_table.h"

#include <charconv>
#include <string_view>
#include <unordered_map>

namespace echo2ecg::dicom {

namespace {

struct Row
{
    ProfileAction action;
    std::uint16_t group;
    std::string_view elements; // hexadecimal, apart by blanks
};

using A = ProfileAction;
constexpr Row rows[] = {
    {A::Dummy, 0x0008, "0106 0107"},
    {A::Dummy, 0x0012, "0010 0020 0040 0042 0081"},
    {A::Dummy, 0x0018, "9074 9151 9367 9369 936A 9371 9623 9701 9804 11BB"},
    {A::Dummy, 0x0034, "0001 0002 0005 0007"},
    {A::Dummy, 0x003A, "0314"},
    {A::Dummy, 0x0040, "0512 0551 1101 A027 A030 A073 A075 A120 A121 A122 A123 A13A A730"},
    {A::Dummy, 0x0042, "0011"},
    {A::Dummy, 0x0044, "0104"},
    {A::Dummy, 0x0068, "6226 6270"},
    {A::Dummy, 0x006A, "0003 0005"},
    {A::Dummy, 0x0070, "0001"},
    {A::Dummy, 0x0072, "000A 005E 005F 0061 0063 0065 0066 0068 006A 006B 006C 006D 006E 0070 0071"},
    {A::Dummy, 0x0400, "0105 0115 0562 0563 0565"},
    {A::Dummy, 0x2100, "0140"},
    {A::Dummy, 0x3006, "0002"},
    {A::Dummy, 0x3008, "0024 0025 0162 0164 0166 0168"},
    {A::Dummy, 0x300A, "0002 022C 022E 0608 0619 0623 062A 067C 0734 0736 073A 0741 0742 0760 0783"},
    {A::Dummy, 0x300C, "0127"},
    {A::Dummy, 0x3010, "002D 0033 0034 0035 0038 0054"},

    {A::Empty, 0x0008, "0020 0030 0050 0090 009C"},
    {A::Empty, 0x0010, "0010 0030 0040"},
    {A::Empty, 0x0012, "0021 0030 0031 0050 0060"},
    {A::Empty, 0x0018, "1203"},
    {A::Empty, 0x0020, "0010"},
    {A::Empty, 0x0040, "0513 0562 0610 2016 2017 A082 A088"},
    {A::Empty, 0x0400, "0564"},
    {A::Empty, 0x3006, "0008 0009 0026 00A6"},
    {A::Empty, 0x300A, "0611 0615 067D"},
    {A::Empty, 0x300E, "0004 0005"},
    {A::Empty, 0x3010, "000F 0017 001B 0043 005A 005C 007A 007B 007F 0081"},

    {A::Remove, 0x0000, "1000"},
    {A::Remove, 0x0008, "0015 0024 0025 0034 0035 0054 0055 0081 0092 0094 0096 009D 0201 1000 1030 103E 1040 1041 1048 1049 1050 1052 1060 "
                        "1062 1080 1084 1088 1120 2111 4000"},
    {A::Remove, 0x0010, "0021 0032 0050 0101 0102 1000 1001 1002 1005 1010 1020 1030 1040 1050 1060 1080 1081 1090 1100 2000 2110 2150 2152 "
                        "2154 2155 2160 2180 21A0 21B0 21C0 21D0 21F0 2297 2299 4000"},
    {A::Remove, 0x0012, "0022 0023 0032 0041 0043 0051 0055 0071 0072 0073 0082 0086 0087"},
    {A::Remove, 0x0014, "407C 407E"},
    {A::Remove, 0x0016, "002B 004B 004D 004E 004F 0050 0051 0070 0071 0072 0073 0074 0075 0076 0077 0078 0079 007A 007B 007C 007D 007E 007F "
                        "0080 0081 0082 0083 0084 0085 0086 0087 0088 0089 008A 008B 008C 008D 008E"},
    {A::Remove, 0x0018, "0027 0035 1004 1005 1007 1008 1009 100A 1012 1014 1042 1043 1072 1073 1078 1079 1200 1201 1202 1204 1205 4000 5011 "
                        "9185 9373 937B 937F 9424 9937 A002 A003"},
    {A::Remove, 0x0020, "0027 3401 3403 3405 3406 4000 9158"},
    {A::Remove, 0x0028, "4000"},
    {A::Remove, 0x0032, "0012 0032 0033 0034 0035 1000 1001 1010 1011 1020 1021 1030 1032 1033 1040 1041 1050 1051 1066 1067 1070 4000"},
    {A::Remove, 0x0038, "0004 0010 0011 0014 001A 001B 001C 001D 001E 0020 0021 0030 0032 0040 0050 0060 0061 0062 0064 0300 0400 0500 4000"},
    {A::Remove, 0x003A, "0329 032B"},
    {A::Remove, 0x0040, "0001 0002 0003 0004 0005 0006 0007 0009 000B 0010 0011 0012 0241 0242 0243 0244 0245 0250 0251 0253 0254 0275 0280 "
                        "0310 050A 051A 0600 0602 06FA 1001 1002 1004 1005 100A 1010 1011 1102 1103 1104 1400 2001 2004 2005 2008 2009 2010 "
                        "2011 2400 3001 4005 4008 4010 4011 4025 4027 4028 4030 4034 4035 4036 4037 4050 4051 4052 A023 A024 A033 A078 A07A "
                        "A07C A110 A112 A192 A193 A307 A352 A353 A354 A358 DB06 DB07 E004"},
    {A::Remove, 0x0044, "0004 000B 0010 0105"},
    {A::Remove, 0x0050, "001B 0020 0021"},
    {A::Remove, 0x006A, "0006"},
    {A::Remove, 0x0070, "0082 0083 0086"},
    {A::Remove, 0x0074, "1234 1236"},
    {A::Remove, 0x0088, "0200 0904 0906 0910 0912"},
    {A::Remove, 0x0100, "0420"},
    {A::Remove, 0x0400, "0310 0402 0403 0404 0550 0551 0552 0561 0600"},
    {A::Remove, 0x2030, "0020"},
    {A::Remove, 0x2100, "0040 0050 0070"},
    {A::Remove, 0x3002, "0121 0123"},
    {A::Remove, 0x3006, "0004 0006 0028 002D 002E 0038 004D 004E 0085 0088"},
    {A::Remove, 0x300A, "0003 0004 000B 000E 0016 0072 00C3 00DD 0196 01A6 01B2 0216 02EB 0676 078E 0792 0794 079A"},
    {A::Remove, 0x300C, "0113"},
    {A::Remove, 0x3010, "0036 0037 0061 0085"},
    {A::Remove, 0x4000, "0010 4000"},
    {A::Remove, 0x4008, "0040 0042 0100 0101 0102 0108 0109 010A 010B 010C 0111 0112 0113 0114 0115 0118 0119 011A 0200 0202 0300 4000"},
    {A::Remove, 0xFFFA, "FFFA"},
    {A::Remove, 0xFFFC, "FFFC"},

    {A::NewUid, 0x0000, "1001"},
    {A::NewUid, 0x0002, "0003"},
    {A::NewUid, 0x0004, "1511"},
    {A::NewUid, 0x0008, "0014 0017 0018 0019 0058 1155 1195 3010"},
    {A::NewUid, 0x0018, "1002 100B 2042"},
    {A::NewUid, 0x0020, "000D 000E 0052 0200 9161 9164"},
    {A::NewUid, 0x0028, "1199 1214"},
    {A::NewUid, 0x003A, "0310"},
    {A::NewUid, 0x0040, "0554 4023 A124 A171 A172 A402 DB0C DB0D"},
    {A::NewUid, 0x0062, "0021"},
    {A::NewUid, 0x0064, "0003"},
    {A::NewUid, 0x0070, "031A 1101 1102"},
    {A::NewUid, 0x0088, "0140"},
    {A::NewUid, 0x0400, "0100"},
    {A::NewUid, 0x3006, "0024 00C2"},
    {A::NewUid, 0x300A, "0013 0083 0609 0650 0700 0785"},
    {A::NewUid, 0x3010, "0006 000B 0013 0015 0031 003B 006E 006F"},

    {A::EmptyOrDummy, 0x0008, "0023 0033"},
    {A::EmptyOrDummy, 0x0010, "0020"},
    {A::EmptyOrDummy, 0x0018, "0010 9919"},
    {A::EmptyOrDummy, 0x0070, "0084"},

    {A::RemoveOrEmpty, 0x0008, "0022 0032 1110"},
    {A::RemoveOrEmpty, 0x0010, "2203"},
    {A::RemoveOrEmpty, 0x0032, "1060"},
    {A::RemoveOrEmpty, 0x0040, "0555"},
    {A::RemoveOrEmpty, 0x2200, "0002 0005"},
    {A::RemoveOrEmpty, 0x3008, "0105"},
    {A::RemoveOrEmpty, 0x300A, "00B2"},
    {A::RemoveOrEmpty, 0x300E, "0008"},

    {A::RemoveOrDummy, 0x0008, "0012 0021 0031 1072"},
    {A::RemoveOrDummy, 0x0018, "1030 1400 700A 700C 700E 9516 9517"},
    {A::RemoveOrDummy, 0x0040, "A032"},
    {A::RemoveOrDummy, 0x3008, "0054 0056 0250 0251"},
    {A::RemoveOrDummy, 0x300A, "0006 0007"},
    {A::RemoveOrDummy, 0x3010, "004C 004D 0056 0077"},

    {A::RemoveEmptyOrDummy, 0x0008, "0013 002A 0080 0082 1010 1070 1111"},
    {A::RemoveEmptyOrDummy, 0x0018, "1000"},

    {A::RemoveEmptyOrCleanUids, 0x0008, "1140 2112"},
};

std::unordered_map<std::uint32_t, ProfileAction> makeTable()
{
    std::unordered_map<std::uint32_t, ProfileAction> table;
    for (const Row& row : rows)
        for (std::size_t at = 0; at < row.elements.size(); at += 5) {
            std::uint32_t element = 0;
            std::from_chars(row.elements.data() + at, row.elements.data() + at + 4, element, 16);
            table.emplace(std::uint32_t(row.group) << 16 | element, row.action);
        }
    return table;
}

} // namespace

std::optional<ProfileAction> profileAction(std::uint32_t tag)
{
    static const auto table = makeTable();
    const std::uint32_t family = tag >> 24;
    if (family == 0x50 || family == 0x60) // curves; overlays, whose planes are pixels that nobody masks
        return ProfileAction::Remove;
    const auto found = table.find(tag);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

} // namespace echo2ecg::dicom
