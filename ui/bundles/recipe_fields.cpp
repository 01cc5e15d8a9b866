// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/recipe_fields.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>

namespace echo2ecg::ui {

namespace {

void typeOnly(QAbstractSpinBox* box)
{
    box->setKeyboardTracking(false);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
}

} // namespace

QFormLayout* recipeLayout(QWidget* form)
{
    auto* layout = new QFormLayout(form);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setRowWrapPolicy(QFormLayout::WrapLongRows);
    return layout;
}

void addRecipeRow(QFormLayout* form, const QString& words, QWidget* field, const char* name, const QString& hint)
{
    field->setObjectName(QLatin1String(name));
    field->setToolTip(hint);
    form->addRow(words, field);
    form->labelForField(field)->setToolTip(hint);
}

QSpinBox* wholeNumber(int least, int most, int step)
{
    auto* box = new QSpinBox;
    box->setRange(least, most);
    box->setSingleStep(step);
    typeOnly(box);
    return box;
}

QDoubleSpinBox* decimalNumber(double least, double most, int digits, double step)
{
    auto* box = new QDoubleSpinBox;
    box->setDecimals(digits); // before the range, which it rounds
    box->setRange(least, most);
    box->setSingleStep(step);
    typeOnly(box);
    return box;
}

QComboBox* choiceOf(const QStringList& words)
{
    auto* box = new QComboBox;
    box->addItems(words);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(16);
    return box;
}

void takeShown(double& field, const QDoubleSpinBox* box, double scale)
{
    const auto shown = [&](double value) { return QString::number(value, 'f', box->decimals()); };
    if (shown(field * scale) != shown(box->value()))
        field = box->value() / scale;
}

} // namespace echo2ecg::ui
