// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>

class QCheckBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;
class QWidget;

// Fields of a form, each with the name that it is found by and what it is and may be on hover.
namespace echo2ecg::ui {

QSpinBox* wholeField(const char* name, int low, int high, std::int64_t value, const QString& hint);
QDoubleSpinBox* realField(const char* name, double low, double high, double step, int digits, double value, const QString& hint);
QCheckBox* checkField(const char* name, const QString& text, bool on, const QString& hint);
void nameField(QLineEdit* edit, const char* name, const QString& hint, const QString& whenEmpty = {});
// `edit` with a button beside it that chooses a file of these kinds, or without any a folder.
QWidget* placeField(QLineEdit* edit, const QString& fileKinds = {});

} // namespace echo2ecg::ui
