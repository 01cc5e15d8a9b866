// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFormLayout>

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

// The fields that both recipe forms are made of. GUI thread only.
namespace echo2ecg::ui {

// The layout of a form, set on it.
QFormLayout* recipeLayout(QWidget* form);
// A row with its name for tests and its hint on field and words.
void addRecipeRow(QFormLayout* form, const QString& words, QWidget* field, const char* name, const QString& hint);

// Without buttons: arrow keys and wheel do the same. What is being typed is told when it is finished.
QSpinBox* wholeNumber(int least, int most, int step = 1);
QDoubleSpinBox* decimalNumber(double least, double most, int digits, double step = 1);
QComboBox* choiceOf(const QStringList& words);

// What the box shows becomes the field's, in units of 1/scale; a field that only shows the old value rounded doesn't
// change it.
void takeShown(double& field, const QDoubleSpinBox* box, double scale = 1);

} // namespace echo2ecg::ui
