// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/recipe.h"

#include <QWidget>

#include <array>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace echo2ecg::ui {

// The fields of the echo recipe in words. Frames and frame size are the weights' and are only shown. GUI thread only.
class EchoRecipeForm : public QWidget
{
    Q_OBJECT
public:
    explicit EchoRecipeForm(QWidget* parent = nullptr);
    void setRecipe(const echo::EchoRecipe& recipe);

signals:
    void edited(const echo::EchoRecipe& recipe);

private:
    void tell();

    echo::EchoRecipe m_recipe;
    bool m_filling = false, m_filled = false;
    QLabel* m_shape;
    QSpinBox *m_stride, *m_views;
    QComboBox *m_mask, *m_padding, *m_channels, *m_colour;
    QDoubleSpinBox* m_zoom;
    std::array<QDoubleSpinBox*, 3> m_mean, m_std;
};

} // namespace echo2ecg::ui
