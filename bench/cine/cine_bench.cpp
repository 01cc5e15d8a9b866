// SPDX-License-Identifier: GPL-3.0-or-later
// Nine clips in a 3×3 grid at the rate of their header: the longest time that an event waited for the GUI thread, the time to the
// first frame, the memory. Clips are the files named, or generated ones. Prints one JSON object.
#include "generated_clip.h"
#include "thread_clock.h"

#include "base/pages.h"
#include "ui/echo/cine_surface.h"
#include "ui/echo/gl_canvas.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QSurfaceFormat>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

using namespace echo2ecg;
using namespace std::chrono_literals;

namespace {

// Another thread posts an event to the GUI thread every 2 ms, one at a time: how long that waits until it is handled is the time in
// which a key or the mouse would have waited.
class Watchdog : public QObject
{
public:
    Watchdog()
    {
        m_thread = std::thread([this] {
            while (!m_stop) {
                if (!m_posted.exchange(true)) {
                    m_postedAt = now();
                    QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::HighEventPriority);
                }
                std::this_thread::sleep_for(2ms);
            }
        });
    }
    ~Watchdog() override
    {
        m_stop = true;
        m_thread.join();
    }
    void start() { m_waits.clear(); }
    double longest() const { return m_waits.empty() ? 0 : *std::max_element(m_waits.begin(), m_waits.end()); }
    double share(double part)
    {
        if (m_waits.empty())
            return 0;
        std::sort(m_waits.begin(), m_waits.end());
        return m_waits[std::min(m_waits.size() - 1, std::size_t(double(m_waits.size()) * part))];
    }
    std::size_t longerThan(double ms) const
    {
        return std::size_t(std::count_if(m_waits.begin(), m_waits.end(), [ms](double wait) { return wait > ms; }));
    }
    std::size_t count() const { return m_waits.size(); }

protected:
    bool event(QEvent* event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        m_waits.push_back(now() - m_postedAt);
        m_posted = false;
        return true;
    }

private:
    static double now() { return double(std::chrono::steady_clock::now().time_since_epoch().count()) * 1e-6; }
    std::thread m_thread;
    std::atomic<bool> m_stop{false}, m_posted{false};
    std::atomic<double> m_postedAt{0};
    std::vector<double> m_waits; // of the GUI thread
};

double residentMiB()
{
    double pages = 0, resident = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lf %lf", &pages, &resident) != 2)
            resident = 0;
        std::fclose(file);
    }
    return resident * 4096 / (1 << 20);
}

void spin(QApplication& app, const std::function<bool()>& until, int atMostMs)
{
    QElapsedTimer clock;
    clock.start();
    QTimer wake;
    wake.start(5);
    while (!until() && clock.elapsed() < atMostMs)
        app.processEvents(QEventLoop::WaitForMoreEvents);
}

// A study as a person looks through it: every clip comes on display, nine at a time, and plays.
int goThrough(QApplication& app, ui::CineGrid& grid, const std::vector<ui::CineCell>& kinds, int clips, double seconds)
{
    constexpr int atOnce = 9, mostMs = 10000;
    const double before = residentMiB();
    double most = before;
    const auto watch = [&](const std::function<bool()>& until, int ms) {
        spin(
            app,
            [&] {
                most = std::max(most, residentMiB());
                return until();
            },
            ms);
    };
    std::vector<ui::CineCell> study;
    for (int i = 0; i < clips; ++i)
        study.push_back(kinds[std::size_t(i) % kinds.size()]);
    for (int from = 0; from < clips; from += atOnce) {
        auto cells = study; // the whole study, the next nine in front
        std::rotate(cells.begin(), cells.begin() + from, cells.end());
        grid.setGridLayout(3, 3);
        grid.setCells(std::move(cells));
        watch([&] { return grid.hasFirstFrames(); }, mostMs);
        grid.play();
        watch([] { return false; }, int(seconds * 1000));
    }
    const double cache = double(grid.cacheUse().limit) / (1 << 20);
    std::printf("{\"clips\": %d, \"resident_before_mib\": %.0f, \"resident_most_mib\": %.0f, \"cache_limit_mib\": %.0f, \"beyond_the_cache_mib\": %.0f, "
                "\"asked_at_most_mib\": 400}\n",
                clips, before, most, cache, most - cache);
    return most - cache <= 400 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    base::keepFreedFrames(); // as the workstation does
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("files"), QStringLiteral("DICOM clips; none: generated ones"));
    parser.addHelpOption();
    const QCommandLineOption secondsOption(QStringLiteral("seconds"), QStringLiteral("how long to play"),
                                           QStringLiteral("s"), QStringLiteral("6"));
    parser.addOption(secondsOption);
    const QCommandLineOption shotOption(QStringLiteral("screenshot"), QStringLiteral("picture of the grid at the end"),
                                        QStringLiteral("png"));
    const QCommandLineOption lightOption(QStringLiteral("light"), QStringLiteral("light theme"));
    const QCommandLineOption countOption(QStringLiteral("cells"), QStringLiteral("how many clips"), QStringLiteral("n"),
                                         QStringLiteral("9"));
    const QCommandLineOption sizeOption(QStringLiteral("size"), QStringLiteral("of the grid"), QStringLiteral("WxH"),
                                        QStringLiteral("1000x800"));
    const QCommandLineOption studyOption(QStringLiteral("study"), QStringLiteral("go through that many clips, nine at a time, and tell the memory"),
                                         QStringLiteral("clips"));
    parser.addOptions({shotOption, lightOption, countOption, sizeOption, studyOption});
    parser.process(app);
    ui::Theme::instance().apply(parser.isSet(lightOption) ? ui::ThemeKind::Light : ui::ThemeKind::Dark);
    const int count = parser.value(countOption).toInt();
    const QStringList size = parser.value(sizeOption).split(QLatin1Char('x'));

    std::vector<ui::CineCell> cells;
    const QStringList files = parser.positionalArguments();
    for (int i = 0; i < count; ++i) {
        if (files.isEmpty()) {
            test::GeneratedFrames::Options options;
            options.frames = 60;
            options.rows = 600;
            options.columns = 800;
            options.decodeTime = 3ms;
            cells.push_back(test::generatedCell(options, 30));
        } else {
            ui::CineCell cell;
            try {
                cell.clip = echo::readClip(files[i % files.size()].toStdString());
            } catch (const base::Error& error) {
                std::fprintf(stderr, "%s\n", error.what());
                return 1;
            }
            cells.push_back(std::move(cell));
        }
        cells.back().own = i % 3 == 0;
        cells.back().title = cells.back().own ? QStringLiteral("own study")
                                              : QStringLiteral("%1 · similarity 0.%2").arg(i).arg(92 - 3 * i);
        cells.back().viewWeight = 0.04f + 0.03f * float(i);
    }

    ui::CineGrid grid;
    grid.resize(size.value(0).toInt(), size.value(1).toInt());
    grid.show();
    spin(
        app, [] { return false; }, 500); // the window stands, as it does when a person opens a study

    if (parser.isSet(studyOption))
        return goThrough(app, grid, cells, parser.value(studyOption).toInt(), parser.value(secondsOption).toDouble());

    Watchdog watchdog;
    watchdog.start();
    QElapsedTimer clock;
    clock.start();
    double first = -1;
    grid.setCells(std::move(cells));
    spin(
        app,
        [&] {
            for (int i = 0; i < count && first < 0; ++i)
                if (grid.currentFrame(i) >= 0)
                    first = double(clock.nsecsElapsed()) * 1e-6;
            return grid.hasFirstFrames();
        },
        10000);
    const double all = double(clock.nsecsElapsed()) * 1e-6;
    const double opening = watchdog.longest();
    int paints = 0;
    QObject::connect(grid.findChild<ui::CineSurface*>(), &ui::CineSurface::painted, &grid, [&] { ++paints; });
    const double cpuBefore = bench::threadMs();
    watchdog.start();
    spin(
        app, [] { return false; }, int(parser.value(secondsOption).toDouble() * 1000));
    const double cpuMs = bench::threadMs() - cpuBefore;
    double least = 1e9, most = 0;
    for (int i = 0; i < count; ++i)
        if (const double fps = grid.displayedFps(i); fps > 0) {
            least = std::min(least, fps);
            most = std::max(most, fps);
        }
    const double longest = watchdog.longest(), p99 = watchdog.share(0.99);
    const std::size_t tooLong = watchdog.longerThan(16), beats = watchdog.count();
    const ui::CacheUse cache = grid.cacheUse();
    std::printf("{\"first_frame_ms\": %.1f, \"all_first_frames_ms\": %.1f, \"longest_block_opening_ms\": %.1f, "
                "\"longest_block_playing_ms\": %.1f, \"gap_p99_ms\": %.1f, \"blocks_over_16_ms\": %zu, \"heartbeats\": %zu, "
                "\"cache_mib\": %.0f, \"cache_limit_mib\": %.0f, \"resident_mib\": %.0f, \"fps_least\": %.1f, \"fps_most\": %.1f, "
                "\"drawn_by\": \"%s\", \"paints\": %d, \"gui_cpu_ms_per_paint\": %.1f}\n",
                first, all, opening, longest, p99, tooLong, beats, double(cache.compressed + cache.decoded) / (1 << 20),
                double(cache.limit) / (1 << 20), residentMiB(), least > most ? 0 : least, most, ui::hasGraphicsCard() ? "OpenGL" : "the processor", paints,
                paints ? cpuMs / paints : 0.0);
    if (parser.isSet(shotOption) && !grid.grab().save(parser.value(shotOption)))
        return 1;
    return 0;
}
