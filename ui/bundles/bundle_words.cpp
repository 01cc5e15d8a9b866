// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/bundle_words.h"

#include <QCoreApplication>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("BundleImport", text);
}

} // namespace

QString partTitle(const std::string& part)
{
    const std::pair<const char*, const char*> titles[] = {
        {"ecg_encoder", "ECG encoder"},
        {"echo_encoder", "Echo encoder"},
        {"token_aggregator", "ECG token aggregator"},
        {"echo_projection_for_agg", "Projection of views"},
        {"echo_view_aggregator", "View aggregator"},
        {"ecg_alignment_global_token", "ECG alignment layer"},
        {"echo_alignment_global_token", "Echo alignment layer"},
        {"alignment", "Alignment layer"},
    };
    for (const auto& [name, title] : titles)
        if (part == name)
            return tr(title);
    return QString::fromStdString(part);
}

const std::vector<RoleWords>& rolesOfWeights()
{
    static const std::vector<RoleWords> roles{
        {QString(), tr("All that it holds")},
        {QStringLiteral("ecg"), tr("ECG encoder")},
        {QStringLiteral("echo"), tr("Echo encoder")},
        {QStringLiteral("aggregator"), tr("ECG token aggregator")},
        {QStringLiteral("projection"), tr("Projection of views")},
        {QStringLiteral("view_aggregator"), tr("View aggregator")},
        {QStringLiteral("ecg_alignment"), tr("ECG alignment layer")},
        {QStringLiteral("echo_alignment"), tr("Echo alignment layer")},
    };
    return roles;
}

QStringList texts(const base::Json& list)
{
    QStringList result;
    for (const base::Json& text : list.items())
        result << QString::fromStdString(text.toString());
    return result;
}

std::vector<LicenceHint> licenceHints(const QStringList& contents)
{
    const auto any = [&](const char* word) { return contents.filter(QLatin1String(word)).size() > 0; };
    return {
        {tr("OTiS"), tr("MIT"), tr("ECG encoder (OTiS): MIT"), any("OTiS")},
        {tr("EchoPrime"), tr("Cedars-Sinai Academic Software License"),
         tr("Echo encoder (EchoPrime): Cedars-Sinai Academic Software License"),
         any("bare weights of the echo encoder")},
        {tr("Echo2ECG"), tr("none published, check with the authors"),
         tr("Echo2ECG: no licence published, to be agreed with the authors"),
         any("component file") || any("training run")},
    };
}

QLabel* wordsLabel(const QString& text, const char* role)
{
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setProperty("role", role);
    return label;
}

} // namespace echo2ecg::ui
