// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/recipe.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace echo2ecg::ui {

// The fields of the ECG recipe in words. GUI thread only.
class EcgRecipeForm : public QWidget
{
    Q_OBJECT
public:
    explicit EcgRecipeForm(QWidget* parent = nullptr);
    void setRecipe(const ecg::EcgRecipe& recipe);

signals:
    void edited(const ecg::EcgRecipe& recipe);

private:
    void tell();

    ecg::EcgRecipe m_recipe;
    bool m_filling = false, m_filled = false;
    QDoubleSpinBox *m_clip, *m_asymmetry, *m_rate;
    QLineEdit *m_smoothness, *m_epsilon;
    QSpinBox *m_iterations, *m_window, *m_start, *m_windows;
    QComboBox* m_groups;
};

} // namespace echo2ecg::ui
