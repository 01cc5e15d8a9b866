// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/ecg_recipe_form.h"

#include "ui/bundles/recipe_fields.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDoubleValidator>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

namespace echo2ecg::ui {

namespace {

using Groups = std::vector<std::pair<int, int>>;

// "1e7", as docs and recipes write it, and not "1e+07".
QString shortest(double value)
{
    QString text = QString::number(value, 'g', 6);
    return text.replace(QStringLiteral("e+0"), QStringLiteral("e")).replace(QStringLiteral("e+"), QStringLiteral("e"));
}

// What a normalisation can be over; anything else stays as the file said.
const std::pair<const char*, Groups> kGroups[] = {
    {"I–III, aVR–aVF and V1–V6", {{0, 3}, {3, 6}, {6, 12}}},
    {"limb leads and V1–V6", {{0, 6}, {6, 12}}},
    {"all leads together", {{0, 12}}},
    {"each lead by itself",
     {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}, {8, 9}, {9, 10}, {10, 11}, {11, 12}}},
    {"left out", {}},
};
constexpr int kOwnGroups = int(std::size(kGroups));

} // namespace

EcgRecipeForm::EcgRecipeForm(QWidget* parent) : QWidget(parent)
{
    QFormLayout* form = recipeLayout(this);
    const auto row = [&](const QString& words, QWidget* field, const char* name, const QString& hint) {
        addRecipeRow(form, words, field, name, hint);
    };
    const auto exponent = [this](double most) {
        auto* edit = new QLineEdit;
        auto* allowed = new QDoubleValidator(0, most, 20, edit);
        allowed->setLocale(QLocale::c());
        edit->setValidator(allowed);
        connect(edit, &QLineEdit::editingFinished, this, &EcgRecipeForm::tell);
        return edit;
    };
    m_rate = decimalNumber(0, 100000, 1, 50);
    m_rate->setSuffix(tr(" Hz"));
    m_rate->setSpecialValueText(tr("as recorded"));
    row(tr("Sampling rate"), m_rate, "ecgRate",
        tr("Resample to this rate first; 0 leaves the rate as recorded. The reference states no rate."));
    m_clip = decimalNumber(0, 1000, 1, 0.5);
    m_clip->setPrefix(tr("± "));
    m_clip->setSuffix(tr(" σ"));
    m_clip->setSpecialValueText(tr("left out"));
    row(tr("Clip at"), m_clip, "ecgClip", tr("Of the standard deviation of the whole recording; 0 leaves it out"));
    m_smoothness = exponent(1e12);
    row(tr("Baseline λ"), m_smoothness, "ecgLambda",
        tr("Stiffness of the asymmetric least squares baseline that is subtracted; 0 leaves the baseline in"));
    m_asymmetry = decimalNumber(0.001, 0.999, 3, 0.05);
    row(tr("Baseline p"), m_asymmetry, "ecgAsymmetry", tr("Weight of samples above the baseline"));
    m_iterations = wholeNumber(1, 1000, 1);
    row(tr("Iterations"), m_iterations, "ecgIterations", tr("Of the baseline"));
    m_groups = choiceOf({});
    for (const auto& [words, groups] : kGroups)
        m_groups->addItem(tr(words));
    row(tr("Normalise"), m_groups, "ecgGroups", tr("Leads that share one mean and one standard deviation"));
    m_epsilon = exponent(1);
    row(tr("Added to variance"), m_epsilon, "ecgEpsilon", tr("Keeps a flat group from being divided by zero"));
    m_window = wholeNumber(1, 10'000'000, 24);
    m_window->setSuffix(tr(" samples"));
    row(tr("Window"), m_window, "ecgWindow",
        tr("What the encoder gets. The table of time positions is stretched when it is shorter than that."));
    m_start = wholeNumber(0, 10'000'000, 24);
    m_start->setPrefix(tr("sample "));
    row(tr("From"), m_start, "ecgStart", tr("First sample of the window"));
    m_windows = wholeNumber(1, 1000, 1);
    m_windows->setPrefix(tr("at most "));
    row(tr("Windows"), m_windows, "ecgWindows",
        tr("As many windows, one behind the other, as the recording has, at most this; the ECG's token is the mean of theirs. The reference takes one."));
    for (QDoubleSpinBox* box : {m_rate, m_clip, m_asymmetry})
        connect(box, &QDoubleSpinBox::valueChanged, this, &EcgRecipeForm::tell);
    for (QSpinBox* box : {m_iterations, m_window, m_start, m_windows})
        connect(box, &QSpinBox::valueChanged, this, &EcgRecipeForm::tell);
    connect(m_groups, &QComboBox::currentIndexChanged, this, &EcgRecipeForm::tell);
    setRecipe({});
}

void EcgRecipeForm::setRecipe(const ecg::EcgRecipe& recipe)
{
    if (m_filled && recipe.toJson() == m_recipe.toJson())
        return; // what is being typed stays
    m_filling = m_filled = true;
    m_recipe = recipe;
    m_rate->setValue(recipe.resampleToHz.value_or(0));
    m_clip->setValue(recipe.clipSigmas);
    m_smoothness->setText(shortest(recipe.baselineLambda));
    m_asymmetry->setValue(recipe.baselineP);
    m_iterations->setValue(recipe.baselineIterations);
    int chosen = kOwnGroups;
    for (int i = 0; i < kOwnGroups; ++i)
        if (kGroups[i].second == recipe.normalisationGroups)
            chosen = i;
    if (m_groups->count() > kOwnGroups)
        m_groups->removeItem(kOwnGroups);
    if (chosen == kOwnGroups)
        m_groups->addItem(tr("groups of the file"));
    m_groups->setCurrentIndex(chosen);
    m_epsilon->setText(shortest(recipe.normalisationEpsilon));
    m_window->setValue(recipe.windowSamples);
    m_start->setValue(recipe.windowStart);
    m_windows->setValue(recipe.mostWindows);
    m_filling = false;
}

void EcgRecipeForm::tell()
{
    if (m_filling)
        return;
    ecg::EcgRecipe recipe = m_recipe;
    double rate = recipe.resampleToHz.value_or(0);
    takeShown(rate, m_rate);
    recipe.resampleToHz = rate >= 1 ? std::optional(rate) : std::nullopt;
    takeShown(recipe.clipSigmas, m_clip);
    takeShown(recipe.baselineP, m_asymmetry);
    if (m_smoothness->hasAcceptableInput() && m_smoothness->text() != shortest(recipe.baselineLambda))
        recipe.baselineLambda = m_smoothness->text().toDouble();
    if (m_epsilon->hasAcceptableInput() && m_epsilon->text() != shortest(recipe.normalisationEpsilon))
        recipe.normalisationEpsilon = m_epsilon->text().toDouble();
    recipe.baselineIterations = m_iterations->value();
    if (m_groups->currentIndex() < kOwnGroups)
        recipe.normalisationGroups = kGroups[m_groups->currentIndex()].second;
    recipe.windowSamples = m_window->value();
    recipe.windowStart = m_start->value();
    recipe.mostWindows = m_windows->value();
    if (recipe.toJson() == m_recipe.toJson())
        return;
    m_recipe = recipe;
    emit edited(recipe);
}

} // namespace echo2ecg::ui
