// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/echo_recipe_form.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

namespace echo2ecg::ui {

EchoRecipeForm::EchoRecipeForm(QWidget* parent) : QWidget(parent), m_shape(new QLabel)
{
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    const auto row = [&](const QString& words, QWidget* field, const char* name, const QString& hint) {
        field->setObjectName(QLatin1String(name));
        field->setToolTip(hint);
        form->addRow(words, field);
        form->labelForField(field)->setToolTip(hint);
    };
    const auto choice = [this](const QStringList& words) {
        auto* box = new QComboBox;
        box->addItems(words);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(16);
        connect(box, &QComboBox::currentIndexChanged, this, &EchoRecipeForm::tell);
        return box;
    };
    const auto whole = [this](int least, int most) {
        auto* box = new QSpinBox;
        box->setRange(least, most);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons); // arrow keys and wheel do the same
        box->setKeyboardTracking(false);
        connect(box, &QSpinBox::valueChanged, this, &EchoRecipeForm::tell);
        return box;
    };
    const auto three = [this](const char* name, double least) {
        std::array<QDoubleSpinBox*, 3> boxes{};
        for (std::size_t c = 0; c < 3; ++c) {
            auto* box = boxes[c] = new QDoubleSpinBox;
            box->setRange(least, 1000);
            box->setDecimals(4);
            box->setButtonSymbols(QAbstractSpinBox::NoButtons);
            box->setKeyboardTracking(false);
            box->setMinimumWidth(56);
            box->setObjectName(QLatin1String(name) + QString::number(c));
            connect(box, &QDoubleSpinBox::valueChanged, this, &EchoRecipeForm::tell);
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
    m_stride = whole(1, 1024);
    m_stride->setPrefix(tr("one in "));
    row(tr("Frames taken"), m_stride, "echoStride", tr("Every how manieth frame of the clip goes into the tensor"));
    m_mask = choice({tr("none"), tr("ultrasound sector")});
    row(tr("Mask"), m_mask, "echoMask",
        tr("Black out everything around the ultrasound sector. The reference's own clips come masked."));
    m_zoom = new QDoubleSpinBox;
    m_zoom->setRange(0, 49);
    m_zoom->setDecimals(1);
    m_zoom->setSuffix(tr(" % off each side"));
    m_zoom->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_zoom->setKeyboardTracking(false);
    connect(m_zoom, &QDoubleSpinBox::valueChanged, this, &EchoRecipeForm::tell);
    row(tr("Crop"), m_zoom, "echoZoom", tr("After the centre square was taken"));
    m_channels = choice({tr("red, green, blue"), tr("blue, green, red")});
    row(tr("Channels"), m_channels, "echoChannels", tr("Which colour comes first; matters for colour Doppler alone"));
    m_mean = three("echoMean", -1000);
    row(tr("Mean"), beside(m_mean), "echoMeans", tr("Subtracted from each channel, on the scale 0 to 255"));
    m_std = three("echoStd", 0.0001);
    row(tr("Std"), beside(m_std), "echoStds", tr("Each channel is divided by it"));
    m_padding = choice({tr("with black frames"), tr("with zeros, after normalising")});
    row(tr("Fill up"), m_padding, "echoPadding", tr("How a clip with too few frames is filled up"));
    m_views = whole(1, 4096);
    m_views->setPrefix(tr("at most "));
    row(tr("Views"), m_views, "echoViews", tr("Clips of one study that are pooled"));
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
    m_filling = false;
}

void EchoRecipeForm::tell()
{
    if (m_filling)
        return;
    // A field that shows the old value rounded doesn't change it.
    const auto take = [](double& field, double scale, const QDoubleSpinBox* box) {
        if (QString::number(field * scale, 'f', box->decimals()) != QString::number(box->value(), 'f', box->decimals()))
            field = box->value() / scale;
    };
    echo::EchoRecipe recipe = m_recipe;
    recipe.stride = m_stride->value();
    recipe.mask = m_mask->currentIndex() == 0 ? echo::MaskMode::None : echo::MaskMode::UltrasoundSector;
    take(recipe.zoom, 100, m_zoom);
    recipe.channelOrder = m_channels->currentIndex() == 0 ? echo::ChannelOrder::Rgb : echo::ChannelOrder::Bgr;
    for (std::size_t c = 0; c < 3; ++c) {
        take(recipe.mean[c], 1, m_mean[c]);
        take(recipe.std[c], 1, m_std[c]);
    }
    recipe.padding =
        m_padding->currentIndex() == 0 ? echo::PaddingMode::BeforeNormalisation : echo::PaddingMode::AfterNormalisation;
    recipe.maxViews = m_views->value();
    if (recipe.toJson() == m_recipe.toJson())
        return;
    m_recipe = recipe;
    emit edited(recipe);
}

} // namespace echo2ecg::ui
