// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/result_table.h"

#include "ui/theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cstdlib>

namespace echo2ecg::ui {

namespace {

// What the heads of columns mean; retrieval as the means over all queries.
QString hintOf(const QString& head)
{
    const std::pair<const char*, const char*> hints[] = {
        {"AUROC (CI by sample)", "Area under the ROC curve, mean over the classes; the interval draws ECGs"},
        {"CI by patient", "The interval of the AUROC when whole patients are drawn: the honest one where patients have several ECGs"},
        {"AP", "Average precision, mean over the classes"},
        {"F1", "Mean over the classes of the harmonic mean of precision and recall"},
        {"balanced accuracy", "Mean recall of the classes that occur"},
        {"ECE", "Expected calibration error of the predicted class"},
        {"P@", "Share of the first k results that are right"},
        {"R@", "Share of all right ones that are among the first k"},
        {"mAP", "Mean average precision of the ranking"},
        {"mean rank", "Rank of the first right one, mean over the queries"},
        {"median rank", "Rank of the first right one, median over the queries"},
        {"alignment", "Mean cosine between a query and its right ones"},
        {"threshold", "Positive is what has at least this probability"},
        {"PPV", "Positive predictive value at the prevalence of these test patients"},
        {"NPV", "Negative predictive value at the prevalence of these test patients"},
        {"n", "Test ECGs, or queries"},
    };
    for (const auto& [name, hint] : hints)
        if (head == QLatin1String(name) || (QByteArray(name).endsWith('@') && head.startsWith(QLatin1String(name))) || (head.endsWith(QLatin1String(" ") + QLatin1String(name))))
            return ResultTable::tr(hint);
    return {};
}

bool isNumber(const QString& cell)
{
    return !cell.isEmpty() && (cell[0].isDigit() || cell[0] == u'–' || cell[0] == u'—' || (cell[0] == u'-' && cell.size() > 1 && cell[1].isDigit()));
}

} // namespace

ResultTable::ResultTable(const QString& objectName, QWidget* parent) : QTableWidget(parent)
{
    setObjectName(objectName);
    setEditTriggers(NoEditTriggers);
    setSelectionMode(ContiguousSelection);
    setShowGrid(false);
    setWordWrap(false);
    setAlternatingRowColors(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 9);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(36);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &ResultTable::paintQuietRows);
}

void ResultTable::setCells(const std::vector<std::vector<std::string>>& cells)
{
    clear();
    setVisible(cells.size() > 1);
    setRowCount(std::max(0, int(cells.size()) - 1));
    setColumnCount(cells.empty() ? 0 : int(cells.front().size()));
    const QFont numbers = Theme::numberFont(font());
    for (int c = 0; c < columnCount(); ++c) {
        const QString words = QString::fromStdString(cells.front()[std::size_t(c)]);
        auto* head = new QTableWidgetItem(words);
        head->setToolTip(hintOf(words));
        bool allNumbers = c > 0;
        for (int r = 0; r < rowCount(); ++r) {
            auto* item = new QTableWidgetItem(QString::fromStdString(cells[std::size_t(r) + 1][std::size_t(c)]));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            if (item->text() == QStringLiteral("–"))
                item->setToolTip(tr("Not defined on these data"));
            allNumbers = allNumbers && isNumber(item->text());
            setItem(r, c, item);
        }
        const Qt::Alignment side = (allNumbers ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
        head->setTextAlignment(side);
        setHorizontalHeaderItem(c, head);
        for (int r = 0; r < rowCount(); ++r) {
            item(r, c)->setTextAlignment(side);
            item(r, c)->setFont(numbers);
        }
    }
    paintQuietRows();
    resizeColumnsToContents();
    for (int c = 0; c < columnCount(); ++c)
        setColumnWidth(c, columnWidth(c) + 8);
    updateGeometry();
}

void ResultTable::paintQuietRows()
{
    const ThemeColours& colours = Theme::instance().colours();
    for (int r = 0; r < rowCount(); ++r) {
        bool quiet = false;
        for (int c = 0; c < columnCount(); ++c)
            quiet = quiet || item(r, c)->text() == QLatin1String("random order") || item(r, c)->text().endsWith(QLatin1String("(untrained)"));
        for (int c = 0; c < columnCount(); ++c)
            item(r, c)->setForeground(quiet ? colours.textMuted : colours.text);
    }
}

int ResultTable::wholeHeight() const
{
    const int bar = horizontalHeader()->length() > width() ? horizontalScrollBar()->sizeHint().height() : 0;
    return horizontalHeader()->sizeHint().height() + verticalHeader()->length() + 2 * frameWidth() + bar + 2;
}

QSize ResultTable::sizeHint() const
{
    return {horizontalHeader()->length(), wholeHeight()};
}

QSize ResultTable::minimumSizeHint() const
{
    return {200, wholeHeight()};
}

void ResultTable::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy) && !selectedRanges().isEmpty()) {
        const QTableWidgetSelectionRange range = selectedRanges().constFirst();
        QStringList lines;
        for (int r = range.topRow(); r <= range.bottomRow(); ++r) {
            QStringList cells;
            for (int c = range.leftColumn(); c <= range.rightColumn(); ++c)
                cells << item(r, c)->text();
            lines << cells.join(QLatin1Char('\t'));
        }
        QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
        return;
    }
    QTableWidget::keyPressEvent(event);
}

void ResultTable::resizeEvent(QResizeEvent* event)
{
    QTableWidget::resizeEvent(event);
    if (event->oldSize().width() != event->size().width())
        updateGeometry(); // a bar for scrolling comes or goes
}

void ResultTable::wheelEvent(QWheelEvent* event)
{
    if (std::abs(event->angleDelta().y()) > std::abs(event->angleDelta().x()))
        event->ignore(); // the page's
    else
        QTableWidget::wheelEvent(event);
}

} // namespace echo2ecg::ui
