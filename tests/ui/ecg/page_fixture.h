// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/picture.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/ecg/page_plot.h"

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

} // namespace echo2ecg::test
