// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProxyStyle>

namespace echo2ecg::ui {

// What a style sheet can't draw without pictures: ticks and dots of boxes that are checked, arrows of spin boxes. Drawn as lines in the theme's colours, sharp at any scale factor. A
// style sheet's rule for one of them (::indicator, QAbstractSpinBox) takes its place, so that there is none. GUI thread only.
class ControlStyle : public QProxyStyle
{
public:
    ControlStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget = nullptr) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget = nullptr) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part, const QWidget* widget = nullptr) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option = nullptr, const QWidget* widget = nullptr) const override;
};

} // namespace echo2ecg::ui
