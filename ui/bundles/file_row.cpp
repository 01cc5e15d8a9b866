// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/file_row.h"

#include "ui/bundles/bundle_words.h"

#include <QComboBox>
#include <QFileInfo>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

FileRow::FileRow(const QString& path, QWidget* parent)
    : QFrame(parent), m_path(path), m_content(wordsLabel({}, "muted")), m_notes(wordsLabel({}, "muted")),
      m_reason(wordsLabel({}, "error")), m_parts(wordsLabel()), m_role(new QComboBox), m_ignored(new QToolButton),
      m_unknown(new QToolButton), m_keys(new QPlainTextEdit)
{
    setProperty("role", "raised");
    setObjectName(QStringLiteral("weightsFile"));
    auto* name = new QLabel(QFileInfo(path).fileName());
    name->setTextFormat(Qt::PlainText);
    name->setMinimumWidth(1);
    name->setToolTip(path);
    QFont bold = name->font();
    bold.setWeight(QFont::DemiBold);
    name->setFont(bold);
    for (const RoleWords& role : rolesOfWeights())
        m_role->addItem(role.words, role.role);
    m_role->setObjectName(QStringLiteral("weightsRole"));
    m_role->setToolTip(tr("What is taken from this file. Needed where an alignment layer could be of either side."));
    auto* remove = new QToolButton;
    remove->setObjectName(QStringLiteral("removeWeights"));
    remove->setText(QStringLiteral("✕"));
    remove->setToolTip(tr("Take this file off the list; the file itself stays"));
    auto* top = new QHBoxLayout;
    top->addWidget(name, 1);
    top->addWidget(m_role);
    top->addWidget(remove);
    m_parts->setObjectName(QStringLiteral("weightsParts"));
    m_content->setObjectName(QStringLiteral("weightsContent"));
    m_reason->setObjectName(QStringLiteral("weightsReason"));
    m_notes->setObjectName(QStringLiteral("weightsNotes"));
    m_ignored->setObjectName(QStringLiteral("ignoredKeys"));
    m_unknown->setObjectName(QStringLiteral("unknownKeys"));
    m_ignored->setToolTip(tr("Known, and not needed to embed: decoders, training heads, counters"));
    m_unknown->setToolTip(tr("Not known to this program; left out"));
    m_keys->setReadOnly(true);
    m_keys->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_keys->setFixedHeight(110);
    m_keys->setObjectName(QStringLiteral("weightsKeys"));
    m_keys->hide();
    auto* toggles = new QHBoxLayout;
    toggles->setSpacing(4);
    for (QToolButton* button : {m_ignored, m_unknown}) {
        button->setCheckable(true);
        button->setProperty("role", "chip");
        toggles->addWidget(button);
    }
    toggles->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 8, 8);
    column->setSpacing(4);
    column->addLayout(top);
    column->addWidget(m_content);
    column->addWidget(m_reason);
    column->addWidget(m_parts);
    column->addWidget(m_notes);
    column->addLayout(toggles);
    column->addWidget(m_keys);
    connect(m_role, &QComboBox::activated, this,
            [this](int index) { emit roleChosen(m_role->itemData(index).toString()); });
    connect(remove, &QToolButton::clicked, this, &FileRow::removeRequested);
    connect(m_ignored, &QToolButton::clicked, this, [this] { toggle(m_ignored, m_ignoredKeys); });
    connect(m_unknown, &QToolButton::clicked, this, [this] { toggle(m_unknown, m_unknownKeys); });
}

void FileRow::toggle(QToolButton* button, const QStringList& keys)
{
    QToolButton* other = button == m_ignored ? m_unknown : m_ignored;
    other->setChecked(false);
    m_keys->setVisible(button->isChecked());
    m_keys->setPlainText(keys.join(QLatin1Char('\n')));
}

void FileRow::setFile(const WeightsFile& file, bool looking)
{
    const auto role = std::find_if(rolesOfWeights().begin(), rolesOfWeights().end(),
                                   [&](const RoleWords& words) { return words.role == file.role; });
    if (role != rolesOfWeights().end())
        m_role->setCurrentIndex(int(role - rolesOfWeights().begin()));
    const bool used = file.state == WeightsFile::State::Used, refused = file.state == WeightsFile::State::Refused;
    m_reason->setVisible(refused);
    m_parts->setVisible(used);
    m_content->setVisible(!refused);
    if (refused)
        m_reason->setText(tr("Not taken: %1").arg(file.reason));
    if (!used) {
        m_content->setText(looking ? tr("Being looked at…") : tr("Not looked at yet"));
        m_facts = {};
        for (QWidget* widget :
             {static_cast<QWidget*>(m_ignored), static_cast<QWidget*>(m_unknown), static_cast<QWidget*>(m_keys)})
            widget->hide();
        m_notes->setText(tr("Remove it, or choose its part beside the name where it could be several. The other files "
                            "go on without it."));
        m_notes->setVisible(refused);
        return;
    }
    if (m_facts == file.facts)
        return; // what is unfolded stays unfolded
    m_facts = file.facts;
    QString content = QString::fromStdString(m_facts.at("content").toString());
    content[0] = content[0].toUpper();
    m_content->setText(tr("%1 · %2 · %3 tensors taken")
                           .arg(content, QString::fromStdString(m_facts.at("format").toString()))
                           .arg(m_facts.at("tensors").toInteger()));
    QStringList parts;
    for (const base::Json& part : m_facts.at("parts").items())
        parts << partTitle(part.toString());
    m_parts->setText(tr("Fills: %1").arg(parts.join(QStringLiteral(", "))));
    m_ignoredKeys = texts(m_facts.at("ignored"));
    m_unknownKeys = texts(m_facts.at("unknown"));
    m_ignored->setText(tr("%1 not needed ▾").arg(m_ignoredKeys.size()));
    m_unknown->setText(tr("%1 unknown ▾").arg(m_unknownKeys.size()));
    m_ignored->setVisible(!m_ignoredKeys.isEmpty());
    m_unknown->setVisible(!m_unknownKeys.isEmpty());
    m_ignored->setChecked(false);
    m_unknown->setChecked(false);
    m_keys->hide();
    QStringList notes;
    for (const base::Json& note : m_facts.at("notes").items())
        notes << sentence(note.toString());
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

} // namespace echo2ecg::ui
