// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/peer.h"

#ifdef E2E_HAS_BIOSIG

#include "ecg/readers/reader_support.h"

#include <biosig.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <vector>

namespace echo2ecg::bench {

namespace {

void put(std::string& out, const void* bytes, std::size_t size)
{
    out.append(static_cast<const char*>(bytes), size);
}
template <class T> void put(std::string& out, T value)
{
    put(out, &value, sizeof value);
}
template <class T> T get(std::string_view& in)
{
    T value{};
    if (in.size() < sizeof value)
        throw std::runtime_error("cut");
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
    return value;
}

// Runs in the child: error text, or time, rate and leads.
std::string readHere(const std::filesystem::path& file)
{
    std::string out;
    const auto start = std::chrono::steady_clock::now();
    HDRTYPE* header = sopen(file.c_str(), "r", nullptr);
    if (!header || biosig_check_error(header)) {
        char* text = header ? biosig_get_errormsg(header) : nullptr;
        return "E" + std::string(text ? text : "it can't be opened");
    }
    if (biosig_get_number_of_channels(header) == 0)
        return "Eopens it and finds no channel";
    biosig_reset_flag(header, BIOSIG_FLAG_OVERFLOWDETECTION | BIOSIG_FLAG_UCAL);
    biosig_set_flag(header, BIOSIG_FLAG_ROW_BASED_CHANNELS);
    const std::size_t records = biosig_get_number_of_records(header);
    sread(nullptr, 0, records, header);
    if (biosig_check_error(header))
        return "E" + std::string(biosig_get_errormsg(header));
    biosig_data_type* data = nullptr;
    std::size_t rows = 0, columns = 0;
    biosig_get_datablock(header, &data, &rows, &columns);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    const long channels = biosig_get_number_of_channels(header);
    out = "D";
    put(out, ms);
    put(out, biosig_get_samplerate(header));
    std::size_t row = 0;
    for (long c = 0; c < channels && data; ++c) {
        CHANNEL_TYPE* channel = biosig_get_channel(header, int(c));
        if (!channel || !channel->OnOff)
            continue;
        const char* label = biosig_channel_get_label(channel);
        const char* unit = biosig_channel_get_physdim(channel);
        const auto lead = ecg::leadFromName(label ? label : "");
        const auto scale = ecg::millivoltsPer(unit ? unit : "");
        if (lead && row < rows) {
            put(out, int(ecg::index(*lead)));
            put(out, columns);
            for (std::size_t i = 0; i < columns; ++i)
                put(out, float(data[i * rows + row] * scale.value_or(1)));
        }
        ++row;
    }
    return out;
}

} // namespace

bool hasPeer()
{
    return true;
}

PeerReading readWithPeer(const std::filesystem::path& file)
{
    PeerReading reading;
    int ends[2];
    if (pipe(ends) != 0)
        return {"no pipe", 0, {}};
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        // It reports to the terminal what it can't do.
        if (!std::freopen("/dev/null", "w", stderr) || !std::freopen("/dev/null", "w", stdout))
            _exit(3);
        const std::string out = readHere(file);
        for (std::size_t at = 0; at < out.size();) {
            const ssize_t n = write(ends[1], out.data() + at, out.size() - at);
            if (n <= 0)
                _exit(2);
            at += std::size_t(n);
        }
        _exit(0);
    }
    close(ends[1]);
    std::string all;
    std::vector<char> buffer(1 << 16);
    for (ssize_t n; (n = read(ends[0], buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), std::size_t(n));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        return {"crashes (signal " + std::to_string(WTERMSIG(status)) + ")", 0, {}};
    if (all.empty() || all[0] != 'D')
        return {all.empty() ? "says nothing" : std::string(ecg::trim(all.substr(1))), 0, {}};
    std::string_view in = std::string_view(all).substr(1);
    reading.milliseconds = get<double>(in);
    reading.record.samplingHz = get<double>(in);
    while (!in.empty()) {
        auto& lead = reading.record.leads[std::size_t(get<int>(in))];
        std::vector<float> values(get<std::size_t>(in));
        for (float& v : values)
            v = get<float>(in);
        if (lead.empty())
            lead = std::move(values);
    }
    if (reading.record.presentLeads() == 0)
        reading.problem = "names no standard lead";
    return reading;
}

} // namespace echo2ecg::bench

#else

namespace echo2ecg::bench {

bool hasPeer()
{
    return false;
}

PeerReading readWithPeer(const std::filesystem::path&)
{
    return {"libbiosig isn't installed", 0, {}};
}

} // namespace echo2ecg::bench

#endif
