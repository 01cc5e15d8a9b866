// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export/box_editor.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QToolButton>

namespace echo2ecg::ui {

// The widgets of the review and where they stand; what they do is the window's.
struct DeidentifyParts
{
    QLineEdit* id = new QLineEdit;
    QSpinBox* shift = new QSpinBox;
    QToolButton* anotherShift = new QToolButton;
    QListWidget* list = new QListWidget;
    BoxEditor* editor = new BoxEditor;
    QSlider* frame = new QSlider(Qt::Horizontal);
    QLabel* frameWords = new QLabel;
    QToolButton *add = new QToolButton, *remove = new QToolButton, *regions = new QToolButton, *whole = new QToolButton, *masked = new QToolButton;
    QLabel* hint = new QLabel;
    QCheckBox* looked = new QCheckBox;
    QTableWidget* changes = new QTableWidget;
    QLabel* notes = new QLabel;
    QLineEdit* folder = new QLineEdit;
    QToolButton* browse = new QToolButton;
    QCheckBox* media = new QCheckBox;
    QLabel* status = new QLabel;
    QPushButton *cancel = new QPushButton, *go = new QPushButton;

    void layOut(QWidget* window);

private:
    QWidget* pictureColumn();
    QWidget* changesColumn();
    QLayout* topRow();
    QLayout* bottomRows();
};

} // namespace echo2ecg::ui
