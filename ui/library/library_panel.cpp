// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/library/library_panel.h"

#include "ui/library/library_delegate.h"
#include "ui/library/library_tree.h"
#include "ui/library/quarantine_list.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSet>
#include <QSortFilterProxyModel>
#include <QStackedLayout>
#include <QTreeView>
#include <QVBoxLayout>

namespace echo2ecg::ui {

struct LibraryPanel::Impl
{
    LibraryPanel* panel = nullptr;
    QLineEdit* search = nullptr;
    QTreeView* tree = nullptr;
    LibraryTree* model = nullptr;
    QSortFilterProxyModel* filter = nullptr;
    QuarantineList* quarantine = nullptr;
    QStackedLayout* stack = nullptr;
    QWidget* empty = nullptr;
    QWidget* filled = nullptr;
    QSet<qint64> openPatients, openStudies;

    qint64 id(const QModelIndex& index) const { return index.data(LibraryTree::IdRole).toLongLong(); }
    int kind(const QModelIndex& index) const { return index.data(LibraryTree::KindRole).toInt(); }

    void activate(const QModelIndex& index) const
    {
        switch (kind(index)) {
        case LibraryTree::Ecg: emit panel->ecgActivated(id(index)); break;
        case LibraryTree::Study: emit panel->studyActivated(id(index)); break;
        case LibraryTree::Clip: emit panel->clipActivated(index.data(LibraryTree::StudyRole).toLongLong(), id(index)); break;
        default: break;
        }
    }

    void askForThumbnails(const QModelIndex& study) const
    {
        for (int row = 0; row < filter->rowCount(study); ++row)
            if (const qint64 clip = id(filter->index(row, 0, study)); !model->hasThumbnail(clip))
                emit panel->thumbnailNeeded(clip, id(study));
    }

    // Few patients stand open; many stay folded, except those a person opened.
    void restoreOpen()
    {
        const bool few = model->rowCount() <= 24;
        for (int row = 0; row < filter->rowCount(); ++row) {
            const QModelIndex patient = filter->index(row, 0);
            tree->setExpanded(patient, few || openPatients.contains(id(patient)));
            for (int child = 0; child < filter->rowCount(patient); ++child) {
                const QModelIndex study = filter->index(child, 0, patient);
                if (kind(study) == LibraryTree::Study && openStudies.contains(id(study)))
                    tree->setExpanded(study, true);
            }
        }
    }

    void remember(const QModelIndex& index, bool open)
    {
        auto& set = kind(index) == LibraryTree::Study ? openStudies : openPatients;
        if (open)
            set.insert(id(index));
        else
            set.remove(id(index));
    }

    void select(const QModelIndex& source)
    {
        const QModelIndex index = filter->mapFromSource(source);
        if (!index.isValid())
            return;
        tree->expand(index.parent());
        tree->setCurrentIndex(index);
        tree->scrollTo(index);
    }
};

LibraryPanel::LibraryPanel(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>())
{
    auto& d = *m_impl;
    d.panel = this;
    d.search = new QLineEdit;
    d.search->setPlaceholderText(tr("Search patients, dates, files"));
    d.search->setClearButtonEnabled(true);
    d.search->setAccessibleName(tr("Search the library"));
    d.model = new LibraryTree(this);
    d.filter = new QSortFilterProxyModel(this);
    d.filter->setSourceModel(d.model);
    d.filter->setFilterRole(LibraryTree::SearchRole);
    d.filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    d.filter->setRecursiveFilteringEnabled(true);
    d.filter->setAutoAcceptChildRows(true);
    d.tree = new QTreeView;
    d.tree->setObjectName(QStringLiteral("libraryTree"));
    d.tree->setModel(d.filter);
    d.tree->setItemDelegate(new LibraryDelegate(this));
    d.tree->setHeaderHidden(true);
    d.tree->setDragDropMode(QAbstractItemView::DragOnly);
    d.tree->setIconSize(LibraryTree::thumbnailSize());
    d.tree->setIndentation(14);
    d.tree->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    d.tree->setContextMenuPolicy(Qt::CustomContextMenu);
    d.tree->setAccessibleName(tr("Patients, ECGs and echo studies"));
    d.quarantine = new QuarantineList;

    d.filled = new QWidget;
    auto* column = new QVBoxLayout(d.filled);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* searchRow = new QVBoxLayout;
    searchRow->setContentsMargins(8, 6, 8, 6);
    searchRow->addWidget(d.search);
    column->addLayout(searchRow);
    column->addWidget(d.tree, 1);
    column->addWidget(d.quarantine);

    d.empty = new QWidget;
    auto* emptyColumn = new QVBoxLayout(d.empty);
    emptyColumn->setContentsMargins(16, 20, 16, 20);
    auto* title = new QLabel(tr("Patients with their ECGs and echo studies"));
    title->setProperty("role", "muted");
    auto* how = new QLabel(tr("Drop files or folders anywhere in this window: ECGs of the usual formats and DICOM echo."));
    how->setProperty("role", "faint");
    auto* button = new QPushButton(tr("Import…"));
    button->setProperty("role", "primary");
    for (QLabel* label : {title, how}) {
        label->setWordWrap(true);
        emptyColumn->addWidget(label);
    }
    emptyColumn->addSpacing(6);
    emptyColumn->addWidget(button, 0, Qt::AlignLeft);
    emptyColumn->addStretch();

    d.stack = new QStackedLayout(this);
    d.stack->addWidget(d.empty);
    d.stack->addWidget(d.filled);

    connect(button, &QPushButton::clicked, this, &LibraryPanel::importRequested);
    connect(d.search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_impl->filter->setFilterFixedString(text);
        if (text.isEmpty())
            m_impl->restoreOpen();
        else
            m_impl->tree->expandToDepth(0);
    });
    connect(d.tree, &QTreeView::clicked, this, [this](const QModelIndex& i) { m_impl->activate(i); });
    connect(d.tree, &QTreeView::activated, this, [this](const QModelIndex& i) { m_impl->activate(i); });
    connect(d.tree, &QTreeView::expanded, this, [this](const QModelIndex& i) {
        m_impl->remember(i, true);
        if (m_impl->kind(i) == LibraryTree::Study)
            m_impl->askForThumbnails(i);
    });
    connect(d.tree, &QTreeView::collapsed, this, [this](const QModelIndex& i) { m_impl->remember(i, false); });
    connect(d.tree, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        const QModelIndex index = m_impl->tree->indexAt(at);
        const int kind = m_impl->kind(index);
        if (!index.isValid() || (kind != LibraryTree::Ecg && kind != LibraryTree::Study))
            return;
        QMenu menu;
        const QAction* open = menu.addAction(tr("Open"));
        const QAction* overlay = kind == LibraryTree::Ecg ? menu.addAction(tr("Lay over the open ECG")) : nullptr;
        const QAction* remove = menu.addAction(kind == LibraryTree::Ecg ? tr("Remove this ECG from the library") : tr("Remove this study from the library"));
        const QAction* chosen = menu.exec(m_impl->tree->viewport()->mapToGlobal(at));
        if (chosen == open)
            m_impl->activate(index);
        else if (chosen && chosen == overlay)
            emit overlayRequested(m_impl->id(index));
        else if (chosen == remove)
            emit removeRequested(kind == LibraryTree::Ecg ? m_impl->id(index) : 0, kind == LibraryTree::Study ? m_impl->id(index) : 0);
    });
    connect(d.quarantine, &QuarantineList::retryRequested, this, &LibraryPanel::retryRequested);
    connect(d.quarantine, &QuarantineList::dismissRequested, this, &LibraryPanel::dismissRequested);
}

LibraryPanel::~LibraryPanel() = default;

LibraryPanel::Contents LibraryPanel::readLibrary(const library::Library& library)
{
    Contents contents{library.patients(), library.ecgs(), library.studies(), {}, library.quarantine()};
    for (const auto& study : contents.studies)
        for (auto& clip : library.clips(study.id))
            contents.clips.push_back(std::move(clip));
    return contents;
}

void LibraryPanel::setContents(Contents contents)
{
    const QModelIndex current = m_impl->tree->currentIndex();
    const int kind = m_impl->kind(current);
    const qint64 id = m_impl->id(current);
    {
        const QSignalBlocker quiet(m_impl->tree);  // refilling isn't folding
        m_impl->model->fill(contents);
    }
    m_impl->restoreOpen();
    if (current.isValid())
        m_impl->select(kind == LibraryTree::Ecg ? m_impl->model->indexOfEcg(id) : m_impl->model->indexOfStudy(id));
    m_impl->quarantine->setRows(contents.quarantine);
    m_impl->stack->setCurrentWidget(contents.patients.empty() && contents.quarantine.empty() ? m_impl->empty : m_impl->filled);
}

void LibraryPanel::setThumbnail(qint64 clip, const QImage& image)
{
    m_impl->model->setThumbnail(clip, image);
}

void LibraryPanel::selectEcg(qint64 ecg)
{
    m_impl->select(m_impl->model->indexOfEcg(ecg));
}

void LibraryPanel::focusSearch()
{
    m_impl->search->setFocus();
    m_impl->search->selectAll();
}

} // namespace echo2ecg::ui
