// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/formatting.h"

#include <QCoreApplication>

namespace echo2ecg::ui {

QString millilitres(const std::optional<retrieval::SourcedValue>& value)
{
    return value ? QStringLiteral("%1 mL").arg(value->value, 0, 'f', 0) : emDash;
}

QString percent(const std::optional<retrieval::SourcedValue>& value)
{
    return value ? percent(std::optional<double>(value->value)) : emDash;
}

QString percent(const std::optional<double>& value)
{
    return value ? QStringLiteral("%1 %").arg(*value, 0, 'f', 0) : emDash;
}

QString similarity(double cosine)
{
    return QString::number(cosine, 'f', 2);
}

QString distance(double euclidean)
{
    return QString::number(euclidean, 'f', euclidean < 10 ? 2 : 1);
}

QString counted(qsizetype n, const char* one, const char* many)
{
    return QStringLiteral("%1 %2").arg(n).arg(QString::fromUtf8(n == 1 ? one : many));
}

QString sourceHint(const QString& what, const QString& value, const std::optional<retrieval::SourcedValue>& sourced)
{
    if (!sourced)
        return QCoreApplication::translate("Phenotypes", "%1 is unknown: no report, table or measurement gives it").arg(what);
    return QCoreApplication::translate("Phenotypes", "%1 %2 · source: %3").arg(what, value, QString::fromStdString(sourced->source));
}

} // namespace echo2ecg::ui
