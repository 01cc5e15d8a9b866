// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/echo_recipe_form.h"

#include "ui/bundles/recipe_fields.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

namespace echo2ecg::ui {

EchoRecipeForm::EchoRecipeForm(QWidget* parent) : QWidget(parent), m_shape(new QLabel)
{
    QFormLayout* form = recipeLayout(this);
    const auto row = [&](const QString& words, QWidget* field, const char* name, const QString& hint) {
        addRecipeRow(form, words, field, name, hint);
    };
    const auto three = [](const char* name, double least) {
        std::array<QDoubleSpinBox*, 3> boxes{};
        for (std::size_t c = 0; c < 3; ++c) {
            boxes[c] = decimalNumber(least, 1000, 4);
            boxes[c]->setMinimumWidth(56);
            boxes[c]->setObjectName(QLatin1String(name) + QString::number(c));
        }
        return boxes;
    };
    const auto beside = [](const std::array<QDoubleSpinBox*, 3>& boxes) {
        auto* line = new QWidget;
        auto* across = new QHBoxLayout(line);
        across->setContentsMargins(0, 0, 0, 0);
        across->setSpacing(4);
        for (QDoubleSpinBox* box : boxes)
            across->addWidget(box, 1);
        return line;
    };
    row(tr("Tensor"), m_shape, "echoShape", tr("Decided by the weights"));
    m_stride = wholeNumber(1, 1024);
    m_stride->setPrefix(tr("one in "));
    row(tr("Frames taken"), m_stride, "echoStride", tr("Every how manieth frame of the clip goes into the tensor"));
    m_mask = choiceOf({tr("none"), tr("ultrasound sector")});
    row(tr("Mask"), m_mask, "echoMask",
        tr("Black out everything around the ultrasound sector. The reference's own clips come masked."));
    m_zoom = decimalNumber(0, 49, 1);
    m_zoom->setSuffix(tr(" % off each side"));
    row(tr("Crop"), m_zoom, "echoZoom", tr("After the centre square was taken"));
    m_channels = choiceOf({tr("red, green, blue"), tr("blue, green, red")});
    row(tr("Channels"), m_channels, "echoChannels", tr("Which colour comes first; matters for colour Doppler alone"));
    m_mean = three("echoMean", -1000);
    row(tr("Mean"), beside(m_mean), "echoMeans", tr("Subtracted from each channel, on the scale 0 to 255"));
    m_std = three("echoStd", 0.0001);
    row(tr("Std"), beside(m_std), "echoStds", tr("Each channel is divided by it"));
    m_padding = choiceOf({tr("with black frames"), tr("with zeros, after normalising")});
    row(tr("Fill up"), m_padding, "echoPadding", tr("How a clip with too few frames is filled up"));
    m_views = wholeNumber(1, 4096);
    m_views->setPrefix(tr("at most "));
    row(tr("Views"), m_views, "echoViews", tr("Clips of one study that are pooled"));
    m_colour = choiceOf({tr("used"), tr("left out")});
    row(tr("Colour clips"), m_colour, "echoColour",
        tr("Whether clips with colour Doppler are views of the study. The reference uses them."));
    for (QComboBox* box : {m_mask, m_channels, m_padding, m_colour})
        connect(box, &QComboBox::currentIndexChanged, this, &EchoRecipeForm::tell);
    for (QSpinBox* box : {m_stride, m_views})
        connect(box, &QSpinBox::valueChanged, this, &EchoRecipeForm::tell);
    connect(m_zoom, &QDoubleSpinBox::valueChanged, this, &EchoRecipeForm::tell);
    for (const auto& boxes : {m_mean, m_std})
        for (QDoubleSpinBox* box : boxes)
            connect(box, &QDoubleSpinBox::valueChanged, this, &EchoRecipeForm::tell);
    setRecipe({});
}

void EchoRecipeForm::setRecipe(const echo::EchoRecipe& recipe)
{
    if (m_filled && recipe.toJson() == m_recipe.toJson())
        return; // what is being typed stays
    m_filling = m_filled = true;
    m_recipe = recipe;
    m_shape->setText(tr("%1 frames of %2 × %2 pixels").arg(recipe.frames).arg(recipe.size));
    m_stride->setValue(recipe.stride);
    m_mask->setCurrentIndex(recipe.mask == echo::MaskMode::None ? 0 : 1);
    m_zoom->setValue(100 * recipe.zoom);
    m_channels->setCurrentIndex(recipe.channelOrder == echo::ChannelOrder::Rgb ? 0 : 1);
    for (std::size_t c = 0; c < 3; ++c) {
        m_mean[c]->setValue(recipe.mean[c]);
        m_std[c]->setValue(recipe.std[c]);
    }
    m_padding->setCurrentIndex(recipe.padding == echo::PaddingMode::BeforeNormalisation ? 0 : 1);
    m_views->setValue(recipe.maxViews);
    m_colour->setCurrentIndex(recipe.includeColour ? 0 : 1);
    m_filling = false;
}

void EchoRecipeForm::tell()
{
    if (m_filling)
        return;
    echo::EchoRecipe recipe = m_recipe;
    recipe.stride = m_stride->value();
    recipe.mask = m_mask->currentIndex() == 0 ? echo::MaskMode::None : echo::MaskMode::UltrasoundSector;
    takeShown(recipe.zoom, m_zoom, 100);
    recipe.channelOrder = m_channels->currentIndex() == 0 ? echo::ChannelOrder::Rgb : echo::ChannelOrder::Bgr;
    for (std::size_t c = 0; c < 3; ++c) {
        takeShown(recipe.mean[c], m_mean[c]);
        takeShown(recipe.std[c], m_std[c]);
    }
    recipe.padding =
        m_padding->currentIndex() == 0 ? echo::PaddingMode::BeforeNormalisation : echo::PaddingMode::AfterNormalisation;
    recipe.maxViews = m_views->value();
    recipe.includeColour = m_colour->currentIndex() == 0;
    if (recipe.toJson() == m_recipe.toJson())
        return;
    m_recipe = recipe;
    emit edited(recipe);
}

} // namespace echo2ecg::ui
