// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QDir>
#include <QWidget>
#include <QtTest>

// Pictures for the eyes of a person: $E2E_TEST_PICTURES is the folder that they go to; without it there are none. E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
namespace echo2ecg::test {

inline bool isLight()
{
    return qEnvironmentVariable("E2E_TEST_THEME") == QLatin1String("light");
}

inline void applyPictureTheme()
{
    ui::Theme::instance().apply(isLight() ? ui::ThemeKind::Light : ui::ThemeKind::Dark);
}

// NAME.png, in the light theme NAME-light.png. Waits first, for what arrives or is painted later.
inline void picture(QWidget& widget, const QString& name, int waitMs = 200)
{
    const QString folder = qEnvironmentVariable("E2E_TEST_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(waitMs);
    const QString file = QStringLiteral("%1/%2%3.png").arg(folder, name, isLight() ? QStringLiteral("-light") : QString());
    QVERIFY2(QDir().mkpath(folder) && widget.grab().save(file), qPrintable(file));
}

} // namespace echo2ecg::test
