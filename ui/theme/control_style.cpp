// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/control_style.h"

#include "ui/theme/theme.h"

#include <QAbstractSpinBox>
#include <QPainter>
#include <QStyleOption>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

constexpr int buttonWidth = 18; // of a spin box, both arrows above each other

const ThemeColours& colours()
{
    return Theme::instance().colours();
}

QColor fieldColour()
{
    return mixed(colours().text, colours().panel, 0.03);
}

// Square and in the middle, with its border on whole pixels.
QRectF boxOf(const QRect& rect)
{
    const int side = std::min(rect.width(), rect.height());
    return QRectF(QStyle::alignedRect(Qt::LeftToRight, Qt::AlignCenter, QSize(side, side), rect)).adjusted(0.5, 0.5, -0.5, -0.5);
}

// A tick is the one that marks a clip as used: in a box of the accent's colour.
void drawIndicator(const QStyleOption& option, QPainter& p, bool round)
{
    const bool enabled = option.state & QStyle::State_Enabled, on = option.state & QStyle::State_On, partly = option.state & QStyle::State_NoChange;
    const QRectF box = boxOf(option.rect);
    const QColor mark = enabled ? colours().accent : colours().textFaint;
    const bool filled = !round && (on || partly), near = option.state & (QStyle::State_MouseOver | QStyle::State_HasFocus);
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(filled || (enabled && near) ? mark : colours().textFaint, 1));
    p.setBrush(filled ? mark : fieldColour());
    const double radius = round ? box.width() / 2 : 3;
    p.drawRoundedRect(box, radius, radius);
    const auto at = [&](double x, double y) { return QPointF(box.left() + x * box.width(), box.top() + y * box.height()); };
    if (round && on) {
        p.setPen(Qt::NoPen);
        p.setBrush(mark);
        p.drawEllipse(box.center(), 0.25 * box.width(), 0.25 * box.width());
    } else if (filled) {
        p.setPen(QPen(enabled ? colours().accentText : colours().panel, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        p.drawPolyline(on ? QPolygonF{at(0.24, 0.53), at(0.43, 0.72), at(0.77, 0.3)} : QPolygonF{at(0.26, 0.5), at(0.74, 0.5)});
    }
    p.restore();
}

void drawArrow(const QRect& rect, bool up, bool enabled, bool hovered, QPainter& p)
{
    const QPointF middle = QRectF(rect).center();
    const double side = up ? -1 : 1;
    p.setPen(Qt::NoPen);
    p.setBrush(!enabled ? colours().line : hovered ? colours().accent : colours().textMuted);
    p.drawPolygon(QPolygonF{middle + QPointF(-3.5, -2 * side), middle + QPointF(3.5, -2 * side), middle + QPointF(0, 2 * side)});
}

void drawSpinBox(const QStyle& style, const QStyleOptionSpinBox& option, QPainter& p, const QWidget* widget)
{
    const bool enabled = option.state & QStyle::State_Enabled;
    p.save();
    p.setRenderHint(QPainter::Antialiasing);
    if (option.subControls & QStyle::SC_SpinBoxFrame && option.frame) {
        p.setPen(QPen(enabled && option.state & QStyle::State_HasFocus ? colours().accent : colours().line, 1));
        p.setBrush(fieldColour());
        p.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    }
    if (option.buttonSymbols != QAbstractSpinBox::NoButtons)
        for (const bool up : {true, false}) {
            const QStyle::SubControl part = up ? QStyle::SC_SpinBoxUp : QStyle::SC_SpinBoxDown;
            const bool can = enabled && option.stepEnabled & (up ? QAbstractSpinBox::StepUpEnabled : QAbstractSpinBox::StepDownEnabled);
            drawArrow(style.subControlRect(QStyle::CC_SpinBox, &option, part, widget), up, can, option.state & QStyle::State_MouseOver && option.activeSubControls == part, p);
        }
    p.restore();
}

} // namespace

ControlStyle::ControlStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void ControlStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const
{
    if (element == PE_IndicatorCheckBox || element == PE_IndicatorRadioButton || element == PE_IndicatorItemViewItemCheck)
        return drawIndicator(*option, *painter, element == PE_IndicatorRadioButton);
    if (element == PE_PanelLineEdit && widget && qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()))
        return; // the spin box has drawn its ground
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void ControlStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter, const QWidget* widget) const
{
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option); spin && control == CC_SpinBox)
        return drawSpinBox(*proxy(), *spin, *painter, widget);
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect ControlStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part, const QWidget* widget) const
{
    const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
    if (!spin || control != CC_SpinBox)
        return QProxyStyle::subControlRect(control, option, part, widget);
    const QRect whole = spin->rect;
    const int width = spin->buttonSymbols == QAbstractSpinBox::NoButtons ? 0 : buttonWidth, half = whole.height() / 2;
    QRect place = whole;
    if (part == SC_SpinBoxUp)
        place = {whole.right() - width, whole.top() + 2, width, half - 2};
    else if (part == SC_SpinBoxDown)
        place = {whole.right() - width, whole.top() + half, width, half - 2};
    else if (part == SC_SpinBoxEditField)
        place = whole.adjusted(6, 1, -std::max(width, 6), -1);
    return visualRect(spin->direction, whole, place);
}

QSize ControlStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const
{
    if (type == CT_SpinBox) // nearly as high as a line edit of the style sheet
        return {size.width() + buttonWidth + 8, size.height() + 8};
    QSize whole = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_CheckBox || type == CT_RadioButton)
        whole.setHeight(std::max(size.height(), 14) + 2);
    return whole;
}

int ControlStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return 14;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing:
        return 7;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

} // namespace echo2ecg::ui
