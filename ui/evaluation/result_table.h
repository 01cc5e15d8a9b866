// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableWidget>

#include <string>
#include <vector>

namespace echo2ecg::ui {

// A table of results as high as its rows: the page scrolls, never the table down; numbers stand right, in tabular figures. What was computed at random or with untrained
// weights recedes. Cells can be copied with Ctrl+C, with tabs between them.
class ResultTable : public QTableWidget
{
    Q_OBJECT
public:
    explicit ResultTable(const QString& objectName, QWidget* parent = nullptr);
    // The first row is the head. Without rows the table is hidden.
    void setCells(const std::vector<std::vector<std::string>>& cells);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void paintQuietRows();
    int wholeHeight() const;
};

} // namespace echo2ecg::ui
