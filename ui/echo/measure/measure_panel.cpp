// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_panel.h"

#include "ui/echo/measure/measure_model.h"
#include "ui/echo/measure/paint_measurement.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

constexpr int panelWidth = 292, quietMs = 80;
using Q = echo::Quantity;
constexpr Q steps[] = {Q::LvA4cEd, Q::LvA4cEs, Q::LvA2cEd, Q::LvA2cEs};

QString words(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

// One line that can be clicked: a name at the left, a number at the right.
QToolButton* clickable(const QString& name, const QString& value)
{
    auto* button = new QToolButton;
    button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    button->setAccessibleName(name + QLatin1Char(' ') + value);
    auto* across = new QHBoxLayout(button);
    across->setContentsMargins(8, 4, 8, 4);
    auto* left = new QLabel(name);
    auto* right = new QLabel(value);
    left->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    right->setProperty("role", QStringLiteral("number"));
    right->setFont(Theme::numberFont(right->font()));
    for (QLabel* label : {left, right})
        label->setAttribute(Qt::WA_TransparentForMouseEvents);
    across->addWidget(left, 1);
    across->addWidget(right);
    button->setMinimumHeight(left->sizeHint().height() + 8);
    return button;
}

QString valueOf(const echo::Measurement& m, const echo::Evaluation& e)
{
    if (e.values.empty())
        return MeasurePanel::tr("no value");
    for (const echo::Value& value : e.values)
        if (m.quantity == Q::HeartRate && value.unit == "/min")
            return words(echo::textOf(value));
    return words(echo::textOf(e.values.front()));
}

QString dash()
{
    return QStringLiteral("—");
}

} // namespace

MeasurePanel::MeasurePanel(MeasureModel& model, QWidget* parent)
    : SidePanel(QStringLiteral("echoMeasurements"), panelWidth, parent), m_model(model), m_csv(new QPushButton(tr("CSV…"), this)),
      m_report(new QPushButton(tr("DICOM SR…"), this)), m_delete(new QPushButton(tr("Delete"), this))
{
    m_csv->setToolTip(tr("Write all measurements of this study as a table"));
    m_report->setToolTip(tr("Write them as a DICOM structured report"));
    m_delete->setToolTip(tr("Delete the selected measurement (Del); it can be undone"));
    connect(m_csv, &QPushButton::clicked, this, [this] { emit csvRequested(m_study); });
    connect(m_report, &QPushButton::clicked, this, [this] { emit reportRequested(m_study); });
    connect(m_delete, &QPushButton::clicked, this, [this] { m_model.remove(m_model.selected()); });
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 4, 12, 10);
    buttons->setSpacing(6);
    for (QPushButton* button : {m_csv, m_report, m_delete})
        buttons->addWidget(button);
    addBelow(buttons);
    m_later.setSingleShot(true);
    m_later.setInterval(quietMs);
    connect(&m_later, &QTimer::timeout, this, &MeasurePanel::changed);
    const auto later = [this] {
        if (!m_later.isActive())
            m_later.start();
    };
    connect(&model, &MeasureModel::changed, this, later);
    connect(&model, &MeasureModel::selectionChanged, this, later);
}

void MeasurePanel::setStudy(qint64 study)
{
    if (study == m_study)
        return;
    m_study = study;
    changed();
}

void MeasurePanel::addVentricle(QVBoxLayout& column)
{
    addHeading(column, tr("Left ventricle"));
    const echo::VentricleResult lv = m_model.ventricle(m_study);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(3);
    grid->setColumnStretch(0, 1);
    int row = 0;
    const auto line = [&](const QString& name, const std::optional<double>& value, const char* unit, const QString& method, const QString& whyNot) {
        auto* label = new QLabel(name);
        label->setProperty("role", QStringLiteral("muted"));
        auto* number = new QLabel(value ? words(echo::textOf({{}, *value, unit})) : dash());
        number->setProperty("role", value ? QStringLiteral("number") : QStringLiteral("faint"));
        number->setFont(Theme::numberFont(number->font()));
        number->setAlignment(Qt::AlignRight);
        number->setToolTip(value ? tr("Measured here, %1").arg(method) : whyNot);
        grid->addWidget(label, row, 0);
        grid->addWidget(number, row++, 1);
    };
    const QString method = words(lv.volumeMethod);
    const QString missing = tr("Needs contours at ED and ES in one view or in two, or LVIDd and LVIDs");
    line(tr("EDV"), lv.edvMl, "mL", method, missing);
    line(tr("ESV"), lv.esvMl, "mL", method, missing);
    line(tr("SV"), lv.svMl, "mL", method, missing);
    line(tr("EF"), lv.efPercent, "%", method, missing);
    line(tr("Mass"), lv.massG, "g", words(lv.massMethod), tr("Needs LVIDd, IVSd and LVPWd"));
    column.addLayout(grid);
    if (!method.isEmpty())
        column.addWidget(panelWords("muted", "lvMethod", nullptr)), static_cast<QLabel*>(column.itemAt(column.count() - 1)->widget())->setText(tr("Volumes: %1").arg(method));
    for (const base::Warning& warning : lv.warnings) {
        QLabel* label = panelWords("warning", "lvWarning", nullptr);
        label->setText((warning.where.empty() ? QString() : words(warning.where) + QStringLiteral(": ")) + words(warning.sentence));
        column.addWidget(label);
    }

    // Four contours make a biplane volume; the first that is missing is the next to draw.
    bool offered = false;
    for (const Q step : steps) {
        const auto& items = m_model.items();
        const auto found = std::find_if(items.rbegin(), items.rend(), [&](const auto& item) { return item.study == m_study && item.m.quantity == step; });
        QToolButton* button = clickable({}, {});
        auto* label = button->findChild<QLabel*>();
        button->setObjectName(QStringLiteral("step.") + QLatin1String(echo::code(step)));
        const QString name = QString::fromUtf8(echo::wordsFor(step));
        if (found != items.rend()) {
            const int key = found->key;
            label->setText(QStringLiteral("✓  ") + name);
            button->setToolTip(tr("Show this contour"));
            connect(button, &QToolButton::clicked, this, [this, key] { emit chosen(key); });
        } else {
            label->setText((offered ? QStringLiteral("–  ") : QStringLiteral("→  ")) + name);
            button->setToolTip(tr("Go to this phase of the selected cell and draw the contour: one end of the mitral annulus, around the apex, to the other end; double click ends it"));
            connect(button, &QToolButton::clicked, this, [this, step] { emit drawRequested(step); });
            offered = true;
        }
        column.addWidget(button);
    }
}

void MeasurePanel::addList(QVBoxLayout& column)
{
    addHeading(column, tr("Measurements"));
    bool any = false;
    for (const MeasureModel::Item& item : m_model.items()) {
        if (item.study != m_study)
            continue;
        any = true;
        const echo::Evaluation& e = m_model.evaluation(item.key);
        QString name = item.m.quantity == Q::Free ? words(item.m.label) : QString::fromUtf8(echo::wordsFor(item.m.quantity));
        if (name.isEmpty())
            name = QString::fromUtf8(echo::wordsFor(item.m.tool));
        auto* button = clickable(name, valueOf(item.m, e));
        button->setCheckable(true);
        button->setChecked(item.key == m_model.selected());
        QString tip = measurementText(item.m, e) + QLatin1Char('\n') + tr("Frame %1 · %2").arg(item.m.frame + 1).arg(words(e.calibration.badge()));
        for (const base::Warning& warning : e.warnings)
            tip += QLatin1Char('\n') + words(warning.sentence);
        button->setToolTip(tip);
        connect(button, &QAbstractButton::clicked, this, [this, key = item.key] { emit chosen(key); });
        button->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(button, &QWidget::customContextMenuRequested, this, [this, button, key = item.key](const QPoint& at) {
            QMenu menu;
            const MeasureModel::Item* now = m_model.item(key);
            if (!now)
                return;
            for (const Q quantity : echo::allQuantities())
                if (echo::fits(quantity, now->m.tool)) {
                    QAction* action = menu.addAction(QString::fromUtf8(echo::wordsFor(quantity)), this, [this, key, quantity] { m_model.setQuantity(key, quantity); });
                    action->setCheckable(true);
                    action->setChecked(now->m.quantity == quantity);
                }
            menu.addSeparator();
            menu.addAction(tr("Label…"), this, [this, key, before = words(now->m.label)] {
                auto* ask = new QInputDialog(this); // not modal: nothing else waits for a name
                ask->setAttribute(Qt::WA_DeleteOnClose);
                ask->setLabelText(tr("Label of the measurement (without patient data)"));
                ask->setTextValue(before);
                connect(ask, &QInputDialog::textValueSelected, this, [this, key](const QString& text) { m_model.setLabel(key, text); });
                ask->show();
            });
            menu.addAction(tr("Delete"), this, [this, key] { m_model.remove(key); });
            menu.exec(button->mapToGlobal(at));
        });
        column.addWidget(button);
    }
    if (!any) {
        QLabel* none = panelWords("faint", "noMeasurements", nullptr);
        none->setText(tr("Nothing is measured in this study yet. Choose a tool above the pictures, or one of the steps here."));
        column.addWidget(none);
    }
    m_csv->setEnabled(any);
    m_report->setEnabled(any);
    m_delete->setEnabled(m_model.selected() != 0);
}

void MeasurePanel::build(QVBoxLayout& column)
{
    if (m_study == 0) {
        QLabel* none = panelWords("faint", "noStudy", nullptr);
        none->setText(tr("Measurements of the study of the selected cell stand here. Open an echo study from the library."));
        column.addWidget(none);
        for (QPushButton* button : {m_csv, m_report, m_delete})
            button->setEnabled(false);
        return;
    }
    addVentricle(column);
    addList(column);
    QLabel* use = panelWords("faint", "measureUse", nullptr);
    use->setText(tr("By hand, for research use only."));
    column.addWidget(use);
}

} // namespace echo2ecg::ui
