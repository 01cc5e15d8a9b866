// SPDX-License-Identifier: GPL-3.0-or-later
// Every ECG sample: what our reader gives, how it agrees with libbiosig or with what the file states, and both reading
// times, as a Markdown table; then how fast a folder of WFDB records is scanned.
#include "casework/import.h"
#include "ecg/ecg_reader.h"
#include "ecg/export_wfdb.h"
#include "formats/peer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <random>
#include <set>

using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

std::string codes(const base::Warnings& warnings)
{
    std::set<std::string> all;
    for (const auto& warning : warnings)
        all.insert(warning.code);
    std::string text;
    for (const std::string& code : all)
        text += (text.empty() ? "" : ", ") + code;
    return text.empty() ? "–" : text;
}

// Mean distance of the steep places of the steepest lead: enough to hold against a rate that the file states.
double meanRrMs(const ecg::EcgRecord& record)
{
    const std::size_t n = record.samples(), gap = std::size_t(record.samplingHz * 0.3);
    std::vector<double> steep(n, 0);
    for (const auto& lead : record.leads)
        for (std::size_t i = 2; i + 2 < lead.size(); ++i)
            if (const double d = std::abs(double(lead[i + 2]) - double(lead[i - 2])); std::isfinite(d))
                steep[i] += d;
    std::vector<double> sorted = steep;
    std::sort(sorted.begin(), sorted.end());
    const double threshold = 0.5 * sorted[std::min(n - 1, std::size_t(double(n) * 0.995))];
    std::vector<std::size_t> beats;
    for (std::size_t i = 0; i < n; ++i)
        if (steep[i] > threshold && (beats.empty() || i > beats.back() + gap))
            beats.push_back(i);
    return beats.size() < 3
               ? 0
               : double(beats.back() - beats.front()) / double(beats.size() - 1) / record.samplingHz * 1000;
}

std::string statedRate(const ecg::EcgRecord& record)
{
    for (const auto& m : record.measurements) {
        char text[96];
        const double rr = meanRrMs(record);
        if (rr > 0 && m.value && *m.value > 0 && m.name == "Ventricular rate") {
            std::snprintf(text, sizeof text, "states %.0f/min, its beats are %.0f/min", *m.value, 60000 / rr);
            return text;
        }
        if (rr > 0 && m.value && *m.value > 0 && (m.name == "RR interval" || m.name == "RR Interval")) {
            std::snprintf(text, sizeof text, "states RR %.0f ms, measured %.0f ms", *m.value, rr);
            return text;
        }
    }
    return {};
}

std::string agreement(const ecg::EcgRecord& ours, const bench::PeerReading& peer)
{
    if (!peer.problem.empty())
        return peer.problem.substr(0, 90);
    std::string text;
    double worst = 0;
    std::size_t leads = 0, compared = 0;
    for (const ecg::Lead lead : ecg::allLeads) {
        if (!ours.has(lead) || !peer.record.has(lead))
            continue;
        ++leads;
        for (std::size_t i = 0; i < std::min(ours[lead].size(), peer.record[lead].size()); ++i) {
            const double difference = std::abs(double(ours[lead][i]) - double(peer.record[lead][i]));
            if (std::isfinite(difference)) {
                worst = std::max(worst, difference);
                ++compared;
            }
        }
    }
    char line[160];
    std::snprintf(line, sizeof line, "%zu leads, largest difference %.3g µV", leads, worst * 1000);
    text = leads && compared ? line : "no lead in common";
    if (std::abs(peer.record.samplingHz - ours.samplingHz) > 1e-6 * ours.samplingHz) {
        std::snprintf(line, sizeof line, "; it says %g Hz", peer.record.samplingHz);
        text += line;
    }
    if (peer.record.samples() != ours.samples())
        text += "; it has " + std::to_string(peer.record.samples()) + " samples";
    return text;
}

void row(const fs::path& file, const fs::path& data)
{
    constexpr int rounds = 7;
    std::vector<double> oursMs, peerMs;
    ecg::EcgRecord ours;
    bench::PeerReading peer;
    for (int i = 0; i < rounds; ++i) { // in turn
        const auto start = Clock::now();
        ours = ecg::readEcg(file);
        oursMs.push_back(since(start));
        peer = bench::readWithPeer(file);
        if (peer.problem.empty())
            peerMs.push_back(peer.milliseconds);
    }
    float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
    for (const auto& lead : ours.leads)
        for (const float v : lead)
            if (!std::isnan(v)) {
                least = std::min(least, v);
                most = std::max(most, v);
            }
    const std::string stated = statedRate(ours);
    char times[64] = "–";
    if (!peerMs.empty())
        std::snprintf(times, sizeof times, "%.1f", median(peerMs));
    std::printf("| %s | %s | %zu | %g | %zu | %.3f to %.3f | %s%s%s | %s | %.1f | %s |\n",
                fs::relative(file, data).c_str(), ours.format.c_str(), ours.presentLeads(), ours.samplingHz,
                ours.samples(), double(least), double(most), agreement(ours, peer).c_str(), stated.empty() ? "" : "; ",
                stated.c_str(), codes(ours.warnings).c_str(), median(oursMs), times);
    std::fflush(stdout);
}

// Records as PTB-XL has them: twelve leads, 10 s, 100 Hz, format 16.
void scanRecords(int count)
{
    const fs::path folder = fs::temp_directory_path() / ("echo2ecg-bench-" + std::to_string(std::random_device{}()));
    fs::create_directories(folder);
    ecg::EcgRecord record;
    record.samplingHz = 100;
    record.patient.ageYears = 60;
    for (const ecg::Lead lead : ecg::allLeads)
        for (int i = 0; i < 1000; ++i)
            record[lead].push_back(float(std::round(std::sin(i * 0.05 + double(ecg::index(lead))) * 1000) / 1000));
    for (int i = 0; i < count; ++i) {
        record[ecg::Lead::I][0] = float(i % 1000) / 1000; // no two alike
        record[ecg::Lead::I][1] = float(i / 1000) / 1000;
        const fs::path part = folder / std::to_string(i / 1000);
        fs::create_directories(part);
        ecg::exportWfdb(record, part / (std::to_string(i) + ".hea"));
    }
    auto start = Clock::now();
    std::size_t read = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".hea")
            read += ecg::readEcg(entry.path()).presentLeads() == ecg::leadCount ? 1 : 0;
    const double readMs = since(start);
    start = Clock::now();
    const casework::Scan scanned = casework::scan({folder});
    const double scanMs = since(start);
    std::printf(
        "\nWFDB, %d records of 12 leads × 1000 samples: header and signals read one after the other %.0f/s, a folder "
        "scanned %.0f/s (%zu found, %zu read).\n",
        count, count / readMs * 1000, count / scanMs * 1000, scanned.ecgs.size(), read);
    std::error_code absent;
    fs::remove_all(folder, absent);
}

} // namespace

int main(int count, char** arguments)
{
    const char* shared = std::getenv("ECHO2ECG_SHARED");
    const fs::path data = fs::path(shared ? shared : E2E_SHARED_DEFAULT) / "data";
    std::vector<fs::path> files;
    std::error_code absent;
    for (const auto& entry : fs::recursive_directory_iterator(data, absent)) {
        const std::string folder = fs::relative(entry.path(), data).begin()->string(),
                          kind = entry.path().extension().string();
        if (entry.is_regular_file() && folder.starts_with("ecg_") && kind != ".pdf" && kind != ".dat" &&
            kind != ".mat" && kind != ".xyz")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::puts("| File | Reader | Leads | Hz | Samples | mV | Agreement with libbiosig, and with the file itself | "
              "Warnings | Ours, ms | "
              "libbiosig, ms |");
    std::puts("|---|---|---|---|---|---|---|---|---|---|");
    for (const fs::path& file : files) {
        try {
            row(file, data);
        } catch (const base::Error& error) {
            std::printf("| %s | – | | | | | | refused: %s | | |\n", fs::relative(file, data).c_str(),
                        error.sentence().c_str());
        }
    }
    if (!bench::hasPeer())
        std::puts("\nlibbiosig isn't installed; nothing was compared.");
    scanRecords(count > 1 ? std::atoi(arguments[1]) : 10'000);
}
