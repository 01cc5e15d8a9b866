// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/ecg/ecg_page_view.h"
#include "ui/ecg/page_plot.h"

#include <QDir>
#include <QTest>

// What the tests of the ECG pane share.
namespace echo2ecg::test {

inline ui::PagePlot& plotOf(ui::EcgPageView& view)
{
    return *view.findChild<ui::PagePlot*>(QStringLiteral("ecgPlot"));
}

inline void showView(ui::EcgPageView& view, QSize size = {1000, 560})
{
    view.resize(size);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QCoreApplication::processEvents();
}

// Filters and measurements are done and drawn.
inline void settle(ui::EcgPageView& view)
{
    QTRY_VERIFY(view.isSettled() && view.measurements());
    QCoreApplication::processEvents();
}

inline const ecg::Strip& stripOf(const ui::PagePlot& plot, ecg::Lead lead, double seconds = 0)
{
    const ecg::Strip* found = nullptr;
    for (const ecg::Strip& s : plot.page().strips)
        if (s.lead == lead && (!found || (seconds >= s.fromSeconds && seconds <= s.toSeconds)))
            found = &s;
    return *found;
}

// Where a point of a lead is drawn.
inline QPoint pointOf(const ui::PagePlot& plot, ecg::Lead lead, double seconds, double millivolts)
{
    const ecg::Strip& s = stripOf(plot, lead, seconds);
    return plot.scale().map(ecg::xOf(plot.page(), s, seconds), ecg::yOf(plot.page(), s, millivolts)).toPoint();
}

// Pictures for the eyes, where E2E_TEST_PICTURES names a folder.
inline void picture(QWidget& widget, const QString& name)
{
    const QString folder = qEnvironmentVariable("E2E_TEST_PICTURES");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    for (ui::PagePlot* plot : widget.findChildren<ui::PagePlot*>())
        plot->replot(QCustomPlot::rpImmediateRefresh);
    QCoreApplication::processEvents();
    QVERIFY(widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png")));
}

} // namespace echo2ecg::test
