// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QStyle>

namespace echo2ecg::ui {

// Words in a narrow panel: they wrap, can be copied and never widen it. `role` as in ui/theme/theme.h.
inline QLabel* panelWords(const char* role, const char* name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setProperty("role", QLatin1String(role));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    return label;
}

// Changes a widget's role while it is on display.
inline void setRole(QWidget* widget, const char* role)
{
    if (widget->property("role").toString() == QLatin1String(role))
        return;
    widget->setProperty("role", role);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

inline QLabel* panelHeading(const QString& text)
{
    auto* label = new QLabel(text.toUpper());
    label->setProperty("role", QStringLiteral("heading"));
    return label;
}

} // namespace echo2ecg::ui
