// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/deidentify_window_parts.h"

#include "ui/bundles/bundle_words.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("DeidentifyWindow", text);
}

void chip(QToolButton* button, const char* name, const QString& words, const QString& tip, bool checkable = false)
{
    button->setObjectName(QLatin1String(name));
    button->setText(words);
    button->setToolTip(tip);
    button->setCheckable(checkable);
    button->setProperty("role", "chip");
}

QLabel* heading(const QString& words)
{
    auto* label = new QLabel(words);
    label->setProperty("role", "heading");
    return label;
}

} // namespace

QLayout* DeidentifyParts::topRow()
{
    id->setObjectName(QStringLiteral("newId"));
    id->setMaxLength(64);
    id->setPlaceholderText(tr("for example STUDY-001"));
    id->setToolTip(tr("Takes the place of the patient's name and ID in every file"));
    id->setFixedWidth(240);
    shift->setObjectName(QStringLiteral("shift"));
    shift->setRange(-36500, 36500);
    shift->setSuffix(tr(" days"));
    shift->setSpecialValueText({});
    shift->setToolTip(tr("All dates of the study move by this; 0 leaves no date at all. Keep the number with the ID if later studies shall fit."));
    anotherShift->setText(tr("Draw anew"));
    anotherShift->setToolTip(tr("A random shift, 30 days to 10 years back"));
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(new QLabel(tr("New patient ID")));
    row->addWidget(id);
    row->addSpacing(18);
    row->addWidget(new QLabel(tr("Dates move by")));
    row->addWidget(shift);
    row->addWidget(anotherShift);
    row->addStretch(1);
    return row;
}

QWidget* DeidentifyParts::pictureColumn()
{
    chip(add, "addBox", tr("Add box"), tr("A box of the picture to keep; or draw one with the mouse"));
    chip(remove, "removeBox", tr("Remove box"), tr("The chosen box goes (Delete)"));
    chip(regions, "regions", tr("Ultrasound regions"), tr("The boxes that the file itself declares as ultrasound"));
    chip(whole, "wholePicture", tr("Keep whole picture"), tr("Only when you have looked and nothing burned in names anybody"));
    chip(masked, "masked", tr("As written (M)"), tr("Black where nothing is kept, as it will be written (M)"), true);
    auto* tools = new QHBoxLayout;
    tools->setSpacing(2);
    for (QToolButton* button : {add, remove, regions, whole})
        tools->addWidget(button);
    tools->addStretch(1);
    tools->addWidget(masked);
    frame->setObjectName(QStringLiteral("frame"));
    frame->setToolTip(tr("Another frame of the clip; the boxes are the same in all"));
    frameWords->setProperty("role", "muted");
    frameWords->setMinimumWidth(110);
    frameWords->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* frames = new QHBoxLayout;
    frames->addWidget(frame, 1);
    frames->addWidget(frameWords);
    hint->setObjectName(QStringLiteral("hint"));
    hint->setWordWrap(true);
    hint->setProperty("role", "muted");
    hint->setMinimumHeight(hint->fontMetrics().height() * 2 + 2);
    hint->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    looked->setObjectName(QStringLiteral("looked"));
    looked->setText(tr("I have looked at this file (Space)"));
    auto* column = new QVBoxLayout;
    column->setContentsMargins(8, 0, 8, 0);
    column->setSpacing(8);
    column->addLayout(tools);
    column->addWidget(editor, 1);
    column->addLayout(frames);
    column->addWidget(hint);
    column->addWidget(looked);
    auto* widget = new QWidget;
    widget->setLayout(column);
    return widget;
}

QWidget* DeidentifyParts::changesColumn()
{
    changes->setObjectName(QStringLiteral("changes"));
    changes->setColumnCount(3);
    changes->setHorizontalHeaderLabels({tr("Tag"), tr("Element"), tr("Becomes")});
    changes->verticalHeader()->hide();
    changes->verticalHeader()->setDefaultSectionSize(changes->fontMetrics().height() + 8);
    changes->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    changes->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    changes->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    changes->horizontalHeader()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    changes->setEditTriggers(QAbstractItemView::NoEditTriggers);
    changes->setSelectionBehavior(QAbstractItemView::SelectRows);
    changes->setShowGrid(false);
    changes->setWordWrap(false);
    notes->setObjectName(QStringLiteral("notes"));
    notes->setWordWrap(true);
    notes->setTextFormat(Qt::PlainText);
    notes->setProperty("role", "muted");
    auto* column = new QVBoxLayout;
    column->setContentsMargins(8, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(heading(tr("WHAT CHANGES IN THE HEADER")));
    column->addWidget(changes, 1);
    column->addWidget(notes);
    auto* widget = new QWidget;
    widget->setLayout(column);
    return widget;
}

QLayout* DeidentifyParts::bottomRows()
{
    folder->setObjectName(QStringLiteral("folder"));
    folder->setToolTip(tr("A folder for the new files; it is made where it isn't there"));
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose a folder"));
    media->setObjectName(QStringLiteral("media"));
    media->setText(tr("As DICOMDIR media"));
    media->setToolTip(tr("With a DICOMDIR, as CDs and USB sticks for viewers have it"));
    auto* where = new QHBoxLayout;
    where->setSpacing(10);
    where->addWidget(new QLabel(tr("Folder")));
    where->addWidget(folder, 1);
    where->addWidget(browse);
    where->addSpacing(8);
    where->addWidget(media);
    status->setObjectName(QStringLiteral("deidentifyStatus"));
    status->setProperty("role", "muted");
    status->setTextFormat(Qt::PlainText);
    status->setMinimumWidth(1);
    cancel->setObjectName(QStringLiteral("cancelDeidentify"));
    cancel->setText(tr("Cancel"));
    go->setObjectName(QStringLiteral("deidentify"));
    go->setText(tr("Export"));
    setRole(go, "primary");
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(status, 1);
    bottom->addWidget(cancel);
    bottom->addWidget(go);
    auto* rows = new QVBoxLayout;
    rows->setSpacing(10);
    rows->addLayout(where);
    rows->addLayout(bottom);
    return rows;
}

void DeidentifyParts::layOut(QWidget* window)
{
    list->setObjectName(QStringLiteral("files"));
    list->setIconSize(QSize(84, 63));
    list->setSpacing(2);
    list->setUniformItemSizes(true);
    list->setMinimumWidth(190);
    list->setWordWrap(true);
    auto* across = new QSplitter(Qt::Horizontal);
    across->setChildrenCollapsible(false);
    across->addWidget(list);
    across->addWidget(pictureColumn());
    across->addWidget(changesColumn());
    across->setStretchFactor(0, 0);
    across->setStretchFactor(1, 3);
    across->setStretchFactor(2, 1);
    across->setSizes({230, 620, 390});
    auto* line = new QFrame;
    line->setProperty("role", "hairline");
    auto* column = new QVBoxLayout(window);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(12);
    column->addLayout(topRow());
    column->addWidget(across, 1);
    column->addWidget(line);
    column->addLayout(bottomRows());
}

} // namespace echo2ecg::ui
