// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/ecg_caption.h"

#include <QStringList>

#include <algorithm>
#include <cmath>
#include <set>

namespace echo2ecg::report {

namespace {

QString text(const std::string& utf8)
{
    return QString::fromStdString(utf8).simplified();
}

const QString dot = QStringLiteral(" · ");

QString sexWord(const std::string& sex)
{
    const QString s = text(sex).toLower();
    if (s == u"m" || s == u"male")
        return QStringLiteral("male");
    if (s == u"f" || s == u"female")
        return QStringLiteral("female");
    if (s == u"o" || s == u"other")
        return QStringLiteral("other sex");
    return {};
}

QString filterText(const ecg::AcquisitionFilters& f)
{
    QStringList parts;
    if (f.highPassHz && f.lowPassHz)
        parts << QStringLiteral("%1–%2 Hz as filed").arg(number(*f.highPassHz), number(*f.lowPassHz));
    else if (f.highPassHz)
        parts << QStringLiteral("high-pass %1 Hz as filed").arg(number(*f.highPassHz));
    else if (f.lowPassHz)
        parts << QStringLiteral("low-pass %1 Hz as filed").arg(number(*f.lowPassHz));
    if (f.notchHz)
        parts << QStringLiteral("notch %1 Hz").arg(number(*f.notchHz));
    return parts.isEmpty() ? QStringLiteral("filters not stated") : parts.join(dot);
}

} // namespace

QString number(double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("—");
    QString s = QString::number(value, 'f', 4);
    while (s.endsWith(u'0'))
        s.chop(1);
    if (s.endsWith(u'.'))
        s.chop(1);
    return s == u"-0" ? QStringLiteral("0") : s;
}

QString personName(const std::string& name)
{
    QStringList parts;
    // Alphabetic representation only; the components after the given name are prefixes and suffixes.
    for (const QString& part : QString::fromStdString(name).section(u'=', 0, 0).split(u'^'))
        if (!part.simplified().isEmpty())
            parts << part.simplified();
    return parts.join(QStringLiteral(", "));
}

QString patientLine(const ecg::EcgRecord& record)
{
    const ecg::Patient& p = record.patient;
    QStringList parts;
    if (const QString name = personName(p.name); !name.isEmpty())
        parts << name;
    if (const QString id = text(p.id); !id.isEmpty())
        parts << QStringLiteral("ID ") + id;
    if (parts.isEmpty())
        parts << QStringLiteral("Patient not stated");
    if (const QString sex = sexWord(p.sex); !sex.isEmpty())
        parts << sex;
    if (p.ageYears)
        parts << QStringLiteral("%1 years").arg(*p.ageYears);
    else if (!p.birthDate.empty())
        parts << QStringLiteral("born ") + text(p.birthDate);
    if (const QString when = text(record.date + ' ' + record.time); !when.isEmpty())
        parts << when;
    return parts.join(dot);
}

QString acquisitionLine(const ecg::EcgRecord& record)
{
    QStringList parts;
    parts << QStringLiteral("%1 Hz").arg(number(record.samplingHz));
    parts << QStringLiteral("%1 s").arg(record.seconds(), 0, 'f', 1);
    parts << filterText(record.filters);
    if (!record.format.empty())
        parts << text(record.format);
    if (!record.device.empty())
        parts << text(record.device);
    return parts.join(dot);
}

QString columnsLine(const ecg::Page& page)
{
    if (page.columns < 2 || page.strips.empty())
        return {};
    const ecg::Strip& first = page.strips.front();
    const QString each = QString::number(first.toSeconds - first.fromSeconds, 'f', 1);
    return page.settings.sequential ? QStringLiteral("columns sequential, %1 s each").arg(each)
                                    : QStringLiteral("columns simultaneous, the same %1 s each").arg(each);
}

QString footLine(const ecg::Page& page, const ecg::DisplayFilter& filter)
{
    QStringList parts;
    parts << QStringLiteral("%1 mm/s").arg(number(page.settings.mmPerSecond));
    parts << QStringLiteral("%1 mm/mV").arg(number(page.settings.mmPerMillivolt));
    if (const QString columns = columnsLine(page); !columns.isEmpty())
        parts << columns;
    if (filter.any())
        parts << QStringLiteral("shown with ") + text(filter.describe());
    return parts.join(dot);
}

const char* word(ecg::Severity severity) noexcept
{
    switch (severity) {
    case ecg::Severity::Block:
        return "blocks";
    case ecg::Severity::Warn:
        return "warning";
    case ecg::Severity::Note:
        return "note";
    }
    return "note";
}

std::vector<Note> notes(const ecg::EcgRecord& record, const std::vector<ecg::Finding>& findings)
{
    std::vector<Note> list;
    for (const ecg::Finding& f : findings) {
        const QString lead = f.lead ? QString::fromUtf8(ecg::name(*f.lead)) : QString();
        list.push_back({f.severity, lead, text(f.sentence)});
    }
    std::ranges::stable_sort(list, [](const Note& a, const Note& b) { return a.severity > b.severity; });
    for (const base::Warning& w : record.warnings)
        list.push_back({ecg::Severity::Note, text(w.where), text(w.sentence)});

    std::set<std::pair<QString, QString>> said;
    std::erase_if(list, [&](const Note& n) { return !said.insert({n.lead, n.sentence}).second; });
    return list;
}

std::vector<Stated> statedByFile(const ecg::EcgRecord& record)
{
    std::vector<Stated> list;
    for (const ecg::StatedMeasurement& m : record.measurements) {
        QString value = m.value ? number(*m.value) : text(m.text);
        if (const QString unit = text(m.unit); !unit.isEmpty() && !value.isEmpty())
            value += unit == u"°" || unit == u"deg" ? QStringLiteral("°") : QChar(u' ') + unit;
        if (!value.isEmpty())
            list.push_back({text(m.name), value});
    }
    for (const std::string& statement : record.statements)
        if (const QString s = text(statement); !s.isEmpty())
            list.push_back({{}, s});
    return list;
}

} // namespace echo2ecg::report
