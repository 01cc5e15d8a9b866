// SPDX-License-Identifier: GPL-3.0-or-later
// The ECG page: from a file to the first picture, for every sample; and one frame while a page of 12 × 10 s at 1000 Hz
// is moved and zoomed, in the real pane. Prints one JSON object. QT_SCALE_FACTOR=2 measures a dense screen.
#include "base/json.h"
#include "ecg/ecg_reader.h"
#include "ecg/quality_gate.h"
#include "thread_clock.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/ecg/page_plot.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace echo2ecg;

namespace {

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double worst(const std::vector<double>& values)
{
    return values.empty() ? 0 : *std::ranges::max_element(values);
}

// What the window system would get: the plot as it is painted, buffers and all.
void paint(ui::EcgPageView& view)
{
    QCoreApplication::sendPostedEvents();
    view.repaint();
    QCoreApplication::processEvents();
}

base::Json openMs(const std::filesystem::path& file, double& all)
{
    std::vector<double> times, reading, checking, setting;
    for (int i = 0; i < 5; ++i) {
        ui::EcgPageView view;
        view.resize(1400, 700);
        view.show();
        QCoreApplication::processEvents();
        QElapsedTimer clock;
        clock.start();
        auto lap = [&, last = 0.0](std::vector<double>& into) mutable {
            const double now = double(clock.nsecsElapsed()) * 1e-6;
            into.push_back(now - last);
            last = now;
        };
        ecg::EcgRecord record = ecg::readEcg(file);
        lap(reading);
        auto findings = ecg::checkQuality(record, ecg::EcgRecipe{});
        lap(checking);
        view.setRecord(std::move(record), std::move(findings));
        lap(setting);
        paint(view);
        times.push_back(double(clock.nsecsElapsed()) * 1e-6);
    }
    all = median(times);
    return base::Json::object({{"ms", all}, {"read_ms", median(reading)}, {"gate_ms", median(checking)}, {"set_ms", median(setting)}});
}

ecg::EcgRecord tenSeconds()
{
    ecg::EcgRecord record;
    record.samplingHz = 1000;
    unsigned noise = 1;
    for (auto& lead : record.leads) {
        lead.resize(10'000);
        for (std::size_t i = 0; i < lead.size(); ++i) {
            noise = noise * 1664525u + 1013904223u;
            const double beat = std::fmod(double(i) / 1000, 0.8);
            lead[i] = float(1.2 * std::exp(-0.5 * std::pow((beat - 0.3) / 0.012, 2)) +
                            0.3 * std::exp(-0.5 * std::pow((beat - 0.55) / 0.04, 2)) +
                            0.02 * (double(noise >> 8) / double(1 << 24) - 0.5));
        }
    }
    return record;
}

base::Json frames(ecg::PageFormat format)
{
    ui::EcgPageView view;
    view.resize(1400, 900);
    view.show();
    view.setRecord(tenSeconds());
    view.setFormat(format);
    while (!view.isSettled())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    auto& plot = *view.findChild<ui::PagePlot*>(QStringLiteral("ecgPlot"));
    std::vector<double> zooming, panning, zoomingCpu, panningCpu;
    const auto frame = [&](std::vector<double>& into, std::vector<double>& cpu, auto change) {
        QElapsedTimer clock;
        clock.start();
        const double before = bench::threadMs();
        change();
        plot.replot(QCustomPlot::rpImmediateRefresh);
        cpu.push_back(bench::threadMs() - before);
        into.push_back(double(clock.nsecsElapsed()) * 1e-6);
        QCoreApplication::processEvents();
    };
    const QPointF middle = QRectF(plot.rect()).center();
    for (int i = 0; i < 24; ++i)
        frame(zooming, zoomingCpu, [&] { plot.zoom(i < 12 ? 1 : -1, middle); });
    plot.zoom(3, middle);
    for (int i = 0; i < 60; ++i) {
        const double angle = i * 0.3;
        frame(panning, panningCpu, [&] {
            // As a drag does it: a little to all sides.
            plot.zoom(0.0001 * (i % 2 ? 1 : -1), middle + QPointF(60 * std::cos(angle), 40 * std::sin(angle)));
        });
    }
    return base::Json::object({{"zoom_ms", median(zooming)},
                               {"zoom_worst_ms", worst(zooming)},
                               {"zoom_thread_ms", median(zoomingCpu)},
                               {"pan_thread_ms", median(panningCpu)},
                               {"pan_ms", median(panning)},
                               {"pan_worst_ms", worst(panning)}});
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    ui::Theme::instance().apply(ui::ThemeKind::Dark);
    base::Json document = base::Json::object({{"pane", "1400x900"}, {"scale", application.devicePixelRatio()}});
    for (const ecg::PageFormat format : {ecg::PageFormat::TwelveByOne, ecg::PageFormat::ThreeByFourPlusRhythm}) {
        document.set("frames_" + std::string(ecg::code(format)), frames(format));
    }
    const char* set = std::getenv("ECHO2ECG_SHARED");
    const std::filesystem::path data = std::filesystem::path(set ? set : E2E_SHARED_DEFAULT) / "data";
    base::Json opened = base::Json::object({});
    double slowest = 0;
    std::vector<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data, none))
        if (entry.is_regular_file() && entry.path().parent_path().filename().string().starts_with("ecg_") &&
            ecg::looksLikeEcg(entry.path()) && entry.path().extension() != ".dat" &&
            entry.path().extension() != ".mat" && entry.path().extension() != ".xyz")
            files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        try {
            double ms = 0;
            opened.set(file.filename().string(), openMs(file, ms));
            slowest = std::max(slowest, ms);
        } catch (const base::Error& error) {
            opened.set(file.filename().string(), error.what());
        }
    }
    document.set("open_and_draw_ms", std::move(opened));
    document.set("slowest_open_ms", slowest);
    std::printf("%s\n", document.dump(2).c_str());
    return 0;
}
