// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/result_page.h"

#include "ui/theme/panel_words.h"

namespace echo2ecg::ui {

ResultPage::ResultPage(const QString& objectName, QWidget* parent) : QScrollArea(parent)
{
    setObjectName(objectName);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    auto* content = new QWidget;
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(2, 12, 10, 12);
    m_column->setSpacing(10);
    setWidget(content);
    viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
}

QLabel* ResultPage::addHeading(const QString& text)
{
    QLabel* heading = panelHeading(text);
    m_column->addWidget(heading);
    return heading;
}

void ResultPage::fill(QComboBox* choice, const QStringList& texts)
{
    const QString before = choice->currentText();
    const QSignalBlocker quiet(choice);
    choice->clear();
    choice->addItems(texts);
    choice->setCurrentIndex(std::max(0, choice->findText(before)));
    choice->setVisible(texts.size() > 1);
}

QString nameOf(const evaluation::BundleResult& bundle)
{
    const QString name = QString::fromStdString(bundle.name.empty() ? bundle.id : bundle.name);
    return bundle.untrained ? ResultPage::tr("%1 (untrained)").arg(name) : name;
}

} // namespace echo2ecg::ui
