// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/library/library_tree.h"

#include "base/simulated.h"
#include "ui/retrieval/formatting.h"

#include <QMimeData>
#include <QPainter>
#include <QPixmap>

#include <map>
#include <set>

namespace echo2ecg::ui {

namespace {

QString text(const std::string& s)
{
    return QString::fromStdString(s);
}

QString orDash(const QString& s)
{
    return s.isEmpty() ? QStringLiteral("—") : s;
}

QStandardItem* makeNode(const QString& label, LibraryTree::Kind kind, qint64 id)
{
    auto* made = new QStandardItem(label);
    made->setEditable(false);
    made->setDragEnabled(kind == LibraryTree::Clip);
    made->setDropEnabled(false);
    made->setData(kind, LibraryTree::KindRole);
    made->setData(id, LibraryTree::IdRole);
    return made;
}

QString when(const std::string& date, const std::string& time)
{
    return orDash((text(date) + QLatin1Char(' ') + text(time).left(5)).trimmed());
}

void markSimulated(QStandardItem* node)
{
    node->setData(true, LibraryTree::SimulatedRole);
    node->setToolTip(node->toolTip() + QLatin1Char('\n') + QString::fromLatin1(base::virtualPatientSentence));
}

QPixmap blank(const QSize& size)
{
    QPixmap pixmap(size);
    pixmap.fill(Qt::black);
    return pixmap;
}

} // namespace

LibraryTree::LibraryTree(QObject* parent) : QStandardItemModel(parent), m_placeholder(blank(thumbnailSize())) {}

void LibraryTree::fill(const LibraryPanel::Contents& contents)
{
    clear();
    m_ecgs.clear();
    m_studies.clear();
    m_clips.clear();
    std::map<library::Id, QStandardItem*> patients;
    std::set<library::Id> virtualPatients;
    for (const auto& p : contents.patients) {
        const QString name = text(p.name).replace(QLatin1Char('^'), QLatin1Char(' ')).simplified();
        const QString id = text(p.externalId);
        auto* node = makeNode(!name.isEmpty() ? name : !id.isEmpty() ? id : tr("no name, no ID"), Patient, p.id);
        node->setData(name + QLatin1Char(' ') + id, SearchRole);
        node->setToolTip(tr("Patient %1\nID %2 · sex %3 · born %4").arg(orDash(name), orDash(id), orDash(text(p.sex)), orDash(text(p.birthDate))));
        patients[p.id] = node;
    }
    const auto parentOf = [&](library::Id patient) -> QStandardItem* {
        const auto found = patients.find(patient);
        return found == patients.end() ? invisibleRootItem() : found->second;
    };
    for (const auto& e : contents.ecgs) {
        auto* node = makeNode(tr("ECG  %1").arg(e.date.empty() ? text(e.fileName) : when(e.date, e.time)), Ecg, e.id);
        node->setData(text(e.date + " " + e.fileName), SearchRole);
        node->setToolTip(tr("%1 · %2 leads · %3 s at %4 Hz\n%5").arg(text(e.format)).arg(e.leads).arg(e.seconds, 0, 'f', 1).arg(e.samplingHz, 0, 'f', 0).arg(
            e.linkedStudy ? tr("linked to the echo study %1 days away").arg(e.linkedDays.value_or(0), 0, 'f', 1) : tr("no echo study of this patient within 7 days")));
        parentOf(e.patient)->appendRow(node);
        if (e.simulated) {
            markSimulated(node);
            virtualPatients.insert(e.patient);
        }
        m_ecgs[e.id] = node;
    }
    for (const auto& s : contents.studies) {
        QStringList parts;
        if (s.cines || !s.stills)
            parts << counted(s.cines, "clip", "clips");
        if (s.stills)
            parts << counted(s.stills, "still", "stills");
        auto* node = makeNode(tr("Echo  %1 · %2").arg(when(s.date, {}), parts.join(QStringLiteral(", "))), Study, s.id);
        node->setData(text(s.date + " " + s.description + " " + s.manufacturer), SearchRole);
        node->setToolTip(tr("%1\n%2").arg(orDash(text(s.description)), text(s.manufacturer)));
        parentOf(s.patient)->appendRow(node);
        if (s.simulated) {
            markSimulated(node);
            virtualPatients.insert(s.patient);
        }
        m_studies[s.id] = node;
    }
    for (const auto& c : contents.clips)
        if (QStandardItem* study = m_studies.value(c.study))
            addClip(study, c);
    for (auto& [id, node] : patients) {
        if (virtualPatients.count(id))
            markSimulated(node);
        if (node->hasChildren())
            appendRow(node);
        else
            delete node;
    }
}

QStringList LibraryTree::mimeTypes() const
{
    return {QStringLiteral("application/x-echo2ecg-clip")};
}

QMimeData* LibraryTree::mimeData(const QModelIndexList& indexes) const
{
    for (const QModelIndex& index : indexes)
        if (index.data(KindRole).toInt() == Clip) {
            auto* data = new QMimeData;
            data->setData(mimeTypes().constFirst(), QByteArray::number(index.data(StudyRole).toLongLong()) + ' ' +
                                                        QByteArray::number(index.data(IdRole).toLongLong()));
            return data;
        }
    return nullptr;
}

void LibraryTree::addClip(QStandardItem* study, const library::ClipRow& row)
{
    const bool cine = row.kind == echo::ClipKind::Cine;
    auto* node = makeNode(cine ? tr("%1 · %2 fps").arg(counted(row.frames, "frame", "frames")).arg(row.fps, 0, 'f', 0) : tr("still"), Clip, row.id);
    node->setData(qint64(row.study), StudyRole);
    node->setData(text(row.fileName), SearchRole);
    node->setIcon(m_thumbnails.value(row.id, m_placeholder));
    node->setToolTip(tr("%1 × %2 · %3 · %4\n%5").arg(row.columns).arg(row.rows).arg(text(row.photometric), text(row.transferSyntax), text(row.fileName)));
    study->appendRow(node);
    m_clips[row.id] = node;
}

void LibraryTree::setThumbnail(qint64 clip, const QImage& image)
{
    QPixmap framed = blank(thumbnailSize() * 2);  // twice the size: crisp at 200 %
    framed.setDevicePixelRatio(1.0);
    if (!image.isNull()) {
        const QImage scaled = image.scaled(framed.size(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
        QPainter painter(&framed);
        painter.drawImage((framed.width() - scaled.width()) / 2, (framed.height() - scaled.height()) / 2, scaled);
    }
    m_thumbnails[clip] = QIcon(framed);
    if (QStandardItem* node = m_clips.value(clip))
        node->setIcon(m_thumbnails[clip]);
}

QModelIndex LibraryTree::indexOfEcg(qint64 ecg) const
{
    const QStandardItem* node = m_ecgs.value(ecg);
    return node ? node->index() : QModelIndex();
}

QModelIndex LibraryTree::indexOfStudy(qint64 study) const
{
    const QStandardItem* node = m_studies.value(study);
    return node ? node->index() : QModelIndex();
}

} // namespace echo2ecg::ui
