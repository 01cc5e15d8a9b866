// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/screen_ruler.h"

#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double leastPixelsPerMm = 1.5, mostPixelsPerMm = 40; // a wall display, a telephone
constexpr int left = 16, barHeight = 18;

QString keyOf(const QScreen* screen)
{
    const QString name = QStringList{screen->manufacturer(), screen->model(), screen->serialNumber(), screen->name()}
                             .join(u' ')
                             .simplified();
    return QStringLiteral("screenPixelsPerMm/%1 %2x%3")
        .arg(QString(name).replace(u'/', u' '))
        .arg(screen->size().width())
        .arg(screen->size().height());
}

bool plausible(double pixelsPerMm)
{
    return pixelsPerMm >= leastPixelsPerMm && pixelsPerMm <= mostPixelsPerMm;
}

} // namespace

ScreenScale scaleOf(const QScreen* screen)
{
    ScreenScale scale;
    if (!screen)
        return scale;
    if (const double known = QSettings().value(keyOf(screen)).toDouble(); plausible(known))
        return {known, true};
    if (const double width = screen->physicalSize().width(); width > 0 && plausible(screen->size().width() / width))
        scale.pixelsPerMm = screen->size().width() / width;
    return scale;
}

void remember(const QScreen* screen, double pixelsPerMm)
{
    if (screen && plausible(pixelsPerMm))
        QSettings().setValue(keyOf(screen), pixelsPerMm);
}

RulerPanel::RulerPanel(QWidget* parent) : QFrame(parent), m_words(new QLabel(this))
{
    setObjectName(QStringLiteral("ecgRuler"));
    setProperty("role", QStringLiteral("panel"));
    setFocusPolicy(Qt::StrongFocus);
    m_words->setWordWrap(true);
    auto* save = new QPushButton(tr("Save"), this);
    save->setObjectName(QStringLiteral("ecgRulerSave"));
    save->setProperty("role", QStringLiteral("primary"));
    auto* cancel = new QPushButton(tr("Cancel"), this);
    connect(save, &QPushButton::clicked, this, [this] {
        remember(screen(), m_pixelsPerMm);
        emit finished(true);
    });
    connect(cancel, &QPushButton::clicked, this, [this] { emit finished(false); });
    auto* row = new QHBoxLayout;
    row->addWidget(m_words, 1);
    row->addWidget(cancel);
    row->addWidget(save);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(left, 10, 12, 10);
    all->addLayout(row);
    all->addSpacing(barHeight + 34);
    setMinimumHeight(sizeHint().height());
}

void RulerPanel::begin()
{
    m_pixelsPerMm = scaleOf(screen()).pixelsPerMm;
    setLength(m_pixelsPerMm * lengthMm());
}

int RulerPanel::lengthMm() const
{
    return width() > 120 * m_pixelsPerMm + 2 * left ? 100 : 50;
}

QRectF RulerPanel::bar() const
{
    return QRectF(left, height() - barHeight - 26, m_pixelsPerMm * lengthMm(), barHeight);
}

void RulerPanel::setLength(double pixels)
{
    m_pixelsPerMm = std::clamp(pixels / lengthMm(), leastPixelsPerMm, mostPixelsPerMm);
    m_words->setText(tr("Hold a ruler to the screen and drag the end of the bar until it is exactly <b>%1 mm</b> long; "
                        "the arrow keys move it by a pixel.")
                         .arg(lengthMm()));
    update();
}

void RulerPanel::paintEvent(QPaintEvent* event)
{
    QFrame::paintEvent(event);
    const ThemeColours& c = Theme::instance().colours();
    QPainter p(this);
    const QRectF box = bar();
    p.fillRect(box, mixed(c.accent, c.panel, 0.25));
    p.setPen(c.text);
    for (int mm = 0; mm <= lengthMm(); ++mm) {
        const double x = std::round(box.left() + mm * m_pixelsPerMm) + 0.5;
        p.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() - (mm % 10 == 0  ? barHeight
                                                                        : mm % 5 == 0 ? 10
                                                                                      : 5)));
    }
    for (int mm = 0; mm <= lengthMm(); mm += 10)
        p.drawText(QRectF(box.left() + mm * m_pixelsPerMm - 20, box.bottom() + 2, 40, 16), Qt::AlignCenter,
                   QString::number(mm));
    p.setPen(Qt::NoPen);
    p.setBrush(c.accent);
    p.drawRoundedRect(QRectF(box.right() - 3, box.top() - 5, 7, box.height() + 10), 3, 3);
}

void RulerPanel::mousePressEvent(QMouseEvent* event)
{
    setLength(event->position().x() - left);
    setFocus();
}

void RulerPanel::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        setLength(event->position().x() - left);
}

void RulerPanel::keyPressEvent(QKeyEvent* event)
{
    const double by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (by != 0)
        return setLength(bar().width() + by);
    if (event->key() == Qt::Key_Escape)
        emit finished(false);
    else
        QFrame::keyPressEvent(event);
}

} // namespace echo2ecg::ui
