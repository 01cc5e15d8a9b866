// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

#include <utility>

namespace echo2ecg::ui {

namespace {

const char* const kSheet = R"(
QMainWindow, QDialog { background: @window; }
QMainWindow::separator { background: @line; width: 1px; height: 1px; margin: 2px; }
QMainWindow::separator:hover { background: @accent; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: @accent; }

QDockWidget { color: @muted; titlebar-close-icon: none; }
QDockWidget::title { background: @window; color: @muted; padding: 5px 8px; text-align: left; border: none; }

QMenuBar { background: @window; color: @muted; border: none; padding: 1px 4px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @hover; color: @text; }
QMenu { background: @raised; color: @text; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 22px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::indicator { width: 8px; height: 8px; left: 8px; border-radius: 4px; background: transparent; }
QMenu::indicator:checked { background: @accent; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 6px; }

QToolBar { background: @window; border: none; spacing: 2px; padding: 2px 4px; }
QStatusBar { background: @window; color: @muted; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QStatusBar > QLabel { color: @muted; }

QToolButton { background: transparent; color: @text; border: none; border-radius: 4px; padding: 4px 7px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @pressed; }
QToolButton:checked { background: @selection; }
QToolButton:disabled { color: @faint; }
QToolButton:focus { background: @hover; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton[role="chip"] { color: @muted; padding: 3px 9px; border-radius: 10px; }
QToolButton[role="chip"]:hover { color: @text; }
QToolButton[role="chip"]:checked { color: @text; background: @selection; }
QToolButton[role="chip"]:disabled { color: @faint; }

QPushButton { background: @raised; color: @text; border: 1px solid @line; border-radius: 5px; padding: 5px 14px; }
QPushButton:hover { border-color: @faint; }
QPushButton:pressed { background: @pressed; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton[role="primary"]:hover { background: @accentBright; }
QPushButton[role="primary"]:disabled { background: @raised; color: @faint; border-color: @line; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; }

QLineEdit, QPlainTextEdit, QTextEdit {
    background: @field; color: @text; border: 1px solid @line; border-radius: 5px; padding: 4px 7px;
    selection-background-color: @selection; selection-color: @text; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled { color: @faint; }

QAbstractItemView { background: @panel; alternate-background-color: @panel; color: @text; border: none; outline: 0; }
QTreeView::item, QListView::item, QTableView::item { padding: 3px 4px; border: none; }
QTreeView::item:hover, QListView::item:hover { background: @hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected { background: @selection; color: @text; }
QHeaderView::section { background: @panel; color: @muted; border: none; border-bottom: 1px solid @line; padding: 4px 6px; }
QTableView { gridline-color: @line; }

QTabBar::tab { background: transparent; color: @muted; padding: 5px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:hover { color: @text; }
QTabWidget::pane { border: none; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 9px; }
QScrollBar:horizontal { height: 9px; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 1px 2px; }
QScrollBar::handle:horizontal { margin: 2px 1px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QScrollArea { background: transparent; border: none; }

QSlider::groove:horizontal { height: 3px; background: @line; border-radius: 1px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 1px; }
QSlider::handle:horizontal { background: @text; width: 11px; height: 11px; margin: -4px 0; border-radius: 5px; }
QSlider::handle:horizontal:hover { background: @accent; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: @faint; }

QProgressBar { background: @line; border: none; border-radius: 1px; max-height: 3px; min-height: 3px; color: transparent; }
QProgressBar::chunk { background: @accent; border-radius: 1px; }

QLabel[role="heading"] { color: @muted; font-size: @smallpt; font-weight: 600; letter-spacing: 0.6px; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="faint"] { color: @faint; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="error"] { color: @error; }
QLabel[role="number"] { font-family: "@numberFamily"; }
QFrame[role="panel"] { background: @panel; border: none; }
QFrame[role="raised"] { background: @raised; border: none; border-radius: 6px; }
QFrame[role="hairline"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
)";

} // namespace

QString styleSheet(const ThemeColours& c, const QFont& font)
{
    // A longer name comes before the one it starts with.
    const std::pair<const char*, QString> words[] = {
        {"@numberFamily", Theme::numberFont(font).family()},
        {"@smallpt", QString::number(font.pointSizeF() * 0.88, 'f', 1) + QStringLiteral("pt")},
        {"@accentBright", mixed(QColor(Qt::white), c.accent, 0.12).name()},
        {"@onAccent", c.accentText.name()},
        {"@accent", c.accent.name()},
        {"@window", c.window.name()},
        {"@panel", c.panel.name()},
        {"@raised", c.raised.name()},
        {"@field", mixed(c.text, c.panel, 0.03).name()},
        {"@line", c.line.name()},
        {"@text", c.text.name()},
        {"@muted", c.textMuted.name()},
        {"@faint", c.textFaint.name()},
        {"@warning", c.warning.name()},
        {"@error", c.error.name()},
        {"@hover", mixed(c.text, c.panel, 0.08).name()},
        {"@pressed", mixed(c.text, c.panel, 0.14).name()},
        {"@selection", mixed(c.accent, c.panel, 0.26).name()},
        {"@scroll", mixed(c.textFaint, c.panel, 0.45).name()},
    };
    QString sheet = QString::fromLatin1(kSheet);
    for (const auto& [word, value] : words)
        sheet.replace(QLatin1String(word), value);
    return sheet;
}

} // namespace echo2ecg::ui
