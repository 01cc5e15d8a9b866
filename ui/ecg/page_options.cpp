// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_options.h"

#include <QCoreApplication>
#include <QSettings>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("PageOptions", text);
}

QString codeOf(ecg::PageFormat format)
{
    const auto text = ecg::code(format);
    return QString::fromLatin1(text.data(), qsizetype(text.size()));
}

void save(QSettings& settings, const QString& group, const ecg::PageSettings& page)
{
    settings.beginGroup(group);
    settings.setValue(QStringLiteral("layout"), codeOf(page.format));
    settings.setValue(QStringLiteral("mmPerSecond"), page.mmPerSecond);
    settings.setValue(QStringLiteral("mmPerMillivolt"), page.mmPerMillivolt);
    settings.setValue(QStringLiteral("rhythmLead"), int(page.rhythmLead));
    settings.setValue(QStringLiteral("singleLead"), int(page.singleLead));
    settings.setValue(QStringLiteral("sequential"), page.sequential);
    settings.setValue(QStringLiteral("cabrera"), page.cabrera);
    settings.endGroup();
}

// Settings are a file that anybody may have changed: what isn't offered falls back to what is usual.
template <class List> double offered(const List& list, double value, double usual)
{
    return std::ranges::find(list, value) != list.end() ? value : usual;
}

ecg::PageSettings restored(const QSettings& settings, const QString& group, ecg::PageSettings page)
{
    const auto value = [&](const char* key, const QVariant& usual) {
        return settings.value(group + QLatin1Char('/') + QLatin1String(key), usual);
    };
    const auto lead = [&](const char* key, ecg::Lead usual) {
        return ecg::allLeads[std::size_t(std::clamp(value(key, int(usual)).toInt(), 0, int(ecg::leadCount) - 1))];
    };
    page.format =
        ecg::pageFormatFromCode(value("layout", codeOf(page.format)).toString().toStdString()).value_or(page.format);
    page.mmPerSecond = offered(ecg::pageSpeeds, value("mmPerSecond", page.mmPerSecond).toDouble(), page.mmPerSecond);
    page.mmPerMillivolt =
        offered(ecg::pageGains, value("mmPerMillivolt", page.mmPerMillivolt).toDouble(), page.mmPerMillivolt);
    page.rhythmLead = lead("rhythmLead", page.rhythmLead);
    page.singleLead = lead("singleLead", page.singleLead);
    page.sequential = value("sequential", page.sequential).toBool();
    page.cabrera = value("cabrera", page.cabrera).toBool();
    return page;
}

} // namespace

ecg::PageSettings PageOptions::defaultBeat()
{
    ecg::PageSettings page;
    page.format = ecg::PageFormat::ThreeByFour;
    page.mmPerSecond = 50;
    page.mmPerMillivolt = 20;
    page.sequential = false;
    return page;
}

const std::vector<NamedFilter>& offeredFilters()
{
    static const std::vector<NamedFilter> filters{
        {QT_TRANSLATE_NOOP("PageOptions", "As recorded"), {}},
        {QT_TRANSLATE_NOOP("PageOptions", "0.05–150 Hz, diagnostic"), {0.05, 150.0, std::nullopt}},
        {QT_TRANSLATE_NOOP("PageOptions", "0.5–40 Hz, monitor"), {0.5, 40.0, std::nullopt}},
    };
    return filters;
}

QString nameOf(ecg::PageFormat format)
{
    switch (format) {
    case ecg::PageFormat::ThreeByFourPlusRhythm:
        return tr("3×4 + 1");
    case ecg::PageFormat::ThreeByFourPlusThree:
        return tr("3×4 + 3");
    case ecg::PageFormat::ThreeByFour:
        return tr("3×4");
    case ecg::PageFormat::SixByTwo:
        return tr("6×2");
    case ecg::PageFormat::FourByThree:
        return tr("4×3");
    case ecg::PageFormat::TwelveByOne:
        return tr("12×1");
    case ecg::PageFormat::SingleLead:
        return tr("One lead");
    case ecg::PageFormat::Superimposed:
        return tr("Superimposed");
    }
    return {};
}

QString hintOf(ecg::PageFormat format)
{
    switch (format) {
    case ecg::PageFormat::ThreeByFourPlusRhythm:
        return tr("Three rows of four leads, and one lead as rhythm strip");
    case ecg::PageFormat::ThreeByFourPlusThree:
        return tr("Three rows of four leads, and three rhythm strips");
    case ecg::PageFormat::ThreeByFour:
        return tr("Three rows of four leads");
    case ecg::PageFormat::SixByTwo:
        return tr("Limb leads at the left, chest leads at the right");
    case ecg::PageFormat::FourByThree:
        return tr("Four rows of three leads");
    case ecg::PageFormat::TwelveByOne:
        return tr("Twelve leads below each other");
    case ecg::PageFormat::SingleLead:
        return tr("One lead, line after line");
    case ecg::PageFormat::Superimposed:
        return tr("All leads over one zero line");
    }
    return {};
}

bool suitsABeat(ecg::PageFormat format)
{
    return format != ecg::PageFormat::ThreeByFourPlusRhythm && format != ecg::PageFormat::ThreeByFourPlusThree &&
           format != ecg::PageFormat::TwelveByOne;
}

QString nameOf(EcgPaper paper)
{
    switch (paper) {
    case EcgPaper::Theme:
        return tr("As the window");
    case EcgPaper::Pink:
        return tr("Pink");
    case EcgPaper::Green:
        return tr("Green");
    case EcgPaper::Blue:
        return tr("Blue");
    case EcgPaper::Grey:
        return tr("Grey");
    case EcgPaper::Monochrome:
        return tr("Black and white");
    }
    return {};
}

void save(QSettings& settings, const PageOptions& options)
{
    save(settings, QStringLiteral("ecgPage"), options.recording);
    save(settings, QStringLiteral("ecgBeat"), options.beat);
    settings.setValue(QStringLiteral("ecgPaper"), int(options.paper));
}

PageOptions restored(const QSettings& settings)
{
    PageOptions options;
    options.recording = restored(settings, QStringLiteral("ecgPage"), options.recording);
    options.beat = restored(settings, QStringLiteral("ecgBeat"), options.beat);
    if (!suitsABeat(options.beat.format))
        options.beat.format = PageOptions::defaultBeat().format;
    options.paper =
        EcgPaper(std::clamp(settings.value(QStringLiteral("ecgPaper"), 0).toInt(), 0, int(EcgPaper::Monochrome)));
    return options;
}

} // namespace echo2ecg::ui
