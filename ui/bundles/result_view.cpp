// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/result_view.h"

#include "ui/bundles/bundle_words.h"
#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace echo2ecg::ui {

ResultView::ResultView(QWidget* parent) : QFrame(parent), m_summary(wordsLabel()), m_table(nullptr)
{
    m_summary->setObjectName(QStringLiteral("goldenSummary"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_summary);
}

void ResultView::setVerification(const base::Json& verification)
{
    delete m_table;
    m_table = nullptr;
    setVisible(!verification.isNull());
    if (verification.isNull())
        return;
    const bool ok = verification.at("ok").toBool();
    const QString device = QString::fromStdString(verification.value("device", ""));
    m_summary->setText(ok ? tr("Checked: the golden tensors of the bundle reproduce on %1.").arg(device)
                          : tr("The golden tensors of the bundle do not reproduce on %1. It will be refused here; "
                               "report this with the files.")
                                .arg(device));
    ui::setRole(m_summary, ok ? "" : "error");
    m_table = new QWidget;
    m_table->setObjectName(QStringLiteral("goldenChecks"));
    auto* grid = new QGridLayout(m_table);
    grid->setContentsMargins(0, 4, 0, 4);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(3);
    const auto put = [&](int row, int column, const QString& text, const char* role) {
        auto* label = new QLabel(text);
        label->setProperty("role", role);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        if (column > 0) {
            label->setAlignment(Qt::AlignRight);
            label->setFont(Theme::numberFont(label->font()));
        }
        grid->addWidget(label, row, column);
    };
    put(0, 0, tr("Check"), "muted");
    put(0, 1, tr("Largest error"), "muted");
    put(0, 2, tr("Allowed"), "muted");
    int row = 1;
    for (const base::Json& check : verification.at("checks").items()) {
        const bool good = check.at("ok").toBool();
        const auto number = [](const base::Json& value) {
            return value.isNumber() ? QString::number(value.toNumber(), 'g', 2) : QStringLiteral("—");
        };
        put(row, 0, QString::fromStdString(check.at("name").toString()), good ? "" : "error");
        put(row, 1, number(check.at("largest_error")), good ? "" : "error");
        put(row, 2, number(check.at("tolerance")), "muted");
        ++row;
    }
    grid->setColumnStretch(3, 1);
    static_cast<QVBoxLayout*>(layout())->addWidget(m_table);
}

} // namespace echo2ecg::ui
