// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/frame_pool.h"

#include "ui/echo/reduce_image.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#ifdef __linux__
#include <sys/resource.h>
#endif

namespace echo2ecg::ui {

namespace {

// Decoding ahead can wait, painting can't: on a machine with few cores the two would fight.
void yieldToPainting()
{
#ifdef __linux__
    setpriority(PRIO_PROCESS, 0, 10); // 0 is the calling thread here
#endif
}

QString reason(const base::Error& error)
{
    QString text = QString::fromStdString(error.sentence());
    if (!error.place().where.empty())
        text +=
            (error.place().where.front() == '(' ? QStringLiteral(" %1") : QStringLiteral(" (%1)")) // a tag has its own
                .arg(QString::fromStdString(error.place().where));
    return text;
}

constexpr std::size_t kDefaultLimit = std::size_t(384) << 20;
constexpr std::size_t kFewFrames = 4;

} // namespace

int Wanted::next(int k, int count) const
{
    const int end = last < 0 ? count - 1 : std::min(last, count - 1), begin = std::clamp(first, 0, end), length = end - begin + 1;
    const std::int64_t way = std::int64_t(k) * stride;
    if (frame < begin || frame > end) // outside: that one, then the loop from its start
        return k == 0 ? frame : begin + int((way - stride) % length);
    if (!sweeps || length < 2)
        return begin + int((frame - begin + way) % length);
    const int period = 2 * (length - 1);
    const int at = int(((backwards ? period - (frame - begin) : frame - begin) + way) % period);
    return begin + (at < length ? at : period - at);
}

struct FramePool::Impl
{
    struct Slot
    {
        OpenFrames open;
        std::unique_ptr<FrameProvider> frames; // set once, under the mutex
        int count = -1;
        Wanted wanted;
        bool busy = false, closed = false;
        QString error;
        std::map<int, QString> failed;
        // The frame decoded last stays here until the next one: a cache that is too small can't take it away unseen.
        int lastIndex = -1;
        std::shared_ptr<const base::RgbImage> last;

        // Reduced frames are small: a whole loop of them is kept.
        QSize target;
        std::map<int, std::shared_ptr<const base::RgbImage>> reduced;
        std::size_t reducedBytes = 0;
        std::size_t providerLimit = 0; // told to the provider
        bool reduces = false; // the frames of this clip are larger than the target

        std::shared_ptr<const base::RgbImage> ready(int frame) const
        {
            if (reduces) {
                const auto found = reduced.find(frame);
                return found == reduced.end() ? nullptr : found->second;
            }
            return whole(frame);
        }

        std::shared_ptr<const base::RgbImage> whole(int frame) const
        {
            if (frame == lastIndex)
                return last;
            return frames && frame >= 0 && frame < count ? frames->cached(frame) : nullptr;
        }
    };
    using SlotPtr = std::shared_ptr<Slot>;
    struct Task
    {
        SlotPtr slot;
        int frame = -1; // -1: open
    };

    std::function<void()> tell;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::vector<SlotPtr> cells, graveyard; // the dead are freed on the pool: many megabytes
    std::size_t turn = 0;
    bool stop = false;
    std::size_t limit = kDefaultLimit;
    std::vector<std::thread> threads;

    std::size_t share() const { return limit / std::max<std::size_t>(1, cells.size()); }

    // With the mutex held. Nearest need first over all cells, cells in turn.
    Task next()
    {
        Task best;
        int bestDistance = 1 << 30;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const SlotPtr& slot = cells[(turn + i) % cells.size()];
            if (slot->busy || !slot->error.isEmpty())
                continue;
            if (!slot->frames) {
                turn = turn + i + 1;
                return {slot, -1};
            }
            const int reach = std::min(slot->wanted.ahead, slot->count - 1);
            for (int k = 0; k <= reach && k < bestDistance; ++k) {
                const int frame = slot->wanted.next(k, slot->count);
                if (slot->failed.contains(frame) || slot->ready(frame))
                    continue;
                best = {slot, frame};
                bestDistance = k;
                break;
            }
        }
        if (best.slot)
            ++turn;
        return best;
    }

    void work()
    {
        std::unique_lock lock(mutex);
        while (!stop) {
            if (!graveyard.empty()) {
                std::vector<SlotPtr> dead;
                dead.swap(graveyard);
                lock.unlock();
                dead.clear();
                lock.lock();
                continue;
            }
            Task task = next();
            if (!task.slot) {
                wake.wait(lock);
                continue;
            }
            task.slot->busy = true;
            lock.unlock();
            run(task, lock);
            task.slot->busy = false;
            const bool alive = !task.slot->closed;
            if (!alive)
                graveyard.push_back(std::move(task.slot));
            lock.unlock();
            task.slot.reset();
            if (alive)
                tell();
            lock.lock();
        }
    }

    // Leaves with the lock held.
    void run(const Task& task, std::unique_lock<std::mutex>& lock)
    {
        Slot& slot = *task.slot;
        lock.lock();
        const QSize target = slot.target;
        // The compressed part is within the limit too. Where reduced frames are kept, whole ones need little room.
        const std::size_t compressed = slot.frames ? std::min(slot.frames->compressedBytes(), share() / 2) : 0;
        const std::size_t forFrames = share() - compressed, forWhole = slot.reduces ? forFrames / 8 : forFrames;
        lock.unlock();
        if (slot.frames && forWhole != slot.providerLimit)
            slot.frames->setCacheBytes(slot.providerLimit = forWhole);
        std::shared_ptr<const base::RgbImage> small;
        std::unique_ptr<FrameProvider> opened;
        std::shared_ptr<const base::RgbImage> image;
        QString error;
        try {
            if (task.frame < 0) {
                opened = slot.open();
                if (!opened || opened->count() < 1)
                    error = QStringLiteral("This clip has no frames.");
            } else {
                image = slot.frames->frame(task.frame);
                if (!image || image->isEmpty())
                    error = QStringLiteral("This frame is empty.");
                else if (isWorthReducing(*image, target))
                    small = std::make_shared<base::RgbImage>(reduced(*image, target.width(), target.height()));
            }
        } catch (const base::Error& e) {
            error = reason(e);
        } catch (const std::bad_alloc&) {
            error = QStringLiteral("There is not enough memory to decode this.");
        } catch (const std::exception& e) {
            error = QStringLiteral("Unexpected error: ") + QString::fromUtf8(e.what()).section(QLatin1Char('\n'), 0, 0);
        }
        lock.lock();
        if (task.frame < 0) {
            if (error.isEmpty()) {
                slot.count = opened->count();
                slot.frames = std::move(opened);
            } else {
                slot.error = error;
            }
        } else if (error.isEmpty()) {
            slot.lastIndex = task.frame;
            slot.last = std::move(image);
            if (target == slot.target)
                slot.reduces = small != nullptr;
            if (small && target == slot.target)
                keep(slot, task.frame, std::move(small), forFrames - forFrames / 8);
        } else {
            slot.failed[task.frame] = error;
            if (int(slot.failed.size()) == slot.count)
                slot.error = slot.failed.begin()->second;
        }
    }

    static void keep(Slot& slot, int frame, std::shared_ptr<const base::RgbImage> image, std::size_t most)
    {
        auto& place = slot.reduced[frame];
        slot.reducedBytes += image->bytes() - (place ? place->bytes() : 0);
        place = std::move(image);
        // Too long for memory: what lies behind the frame on display goes.
        while (slot.reducedBytes > most && slot.reduced.size() > kFewFrames) {
            auto victim = slot.reduced.lower_bound(slot.wanted.frame);
            victim = victim == slot.reduced.begin() ? std::prev(slot.reduced.end()) : std::prev(victim);
            slot.reducedBytes -= victim->second->bytes();
            slot.reduced.erase(victim);
        }
    }

    const Slot* at(int cell) const
    {
        return cell >= 0 && std::size_t(cell) < cells.size() ? cells[std::size_t(cell)].get() : nullptr;
    }
};

FramePool::FramePool(int threads, std::function<void()> ready) : m_impl(std::make_unique<Impl>())
{
    m_impl->tell = std::move(ready);
    for (int i = 0; i < threads; ++i)
        m_impl->threads.emplace_back([this] {
            yieldToPainting();
            m_impl->work();
        });
}

FramePool::~FramePool()
{
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->stop = true;
    }
    m_impl->wake.notify_all();
    for (std::thread& thread : m_impl->threads)
        thread.join();
}

void FramePool::setCells(std::vector<OpenFrames> cells)
{
    std::vector<Impl::SlotPtr> fresh;
    for (OpenFrames& open : cells) {
        fresh.push_back(std::make_shared<Impl::Slot>());
        fresh.back()->open = std::move(open);
    }
    {
        const std::lock_guard lock(m_impl->mutex);
        for (const Impl::SlotPtr& slot : m_impl->cells) {
            slot->closed = true;
            if (!slot->busy)
                m_impl->graveyard.push_back(slot);
        }
        m_impl->cells.swap(fresh);
        fresh.clear(); // every old slot lives on in the graveyard or in a worker
    }
    m_impl->wake.notify_all();
}

void FramePool::swap(int one, int other)
{
    const std::lock_guard lock(m_impl->mutex);
    if (m_impl->at(one) && m_impl->at(other))
        m_impl->cells[std::size_t(one)].swap(m_impl->cells[std::size_t(other)]);
}

void FramePool::setLimit(std::size_t bytes)
{
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->limit = bytes;
    }
    m_impl->wake.notify_all();
}

CacheUse FramePool::use() const
{
    const std::lock_guard lock(m_impl->mutex);
    CacheUse use;
    use.limit = m_impl->limit;
    for (const Impl::SlotPtr& slot : m_impl->cells) {
        use.decoded += slot->reducedBytes;
        if (slot->frames) {
            use.decoded += slot->frames->decodedBytes();
            use.compressed += slot->frames->compressedBytes();
        }
    }
    return use;
}

void FramePool::want(int cell, const Wanted& wanted)
{
    {
        const std::lock_guard lock(m_impl->mutex);
        if (!m_impl->at(cell))
            return;
        Impl::Slot& slot = *m_impl->cells[std::size_t(cell)];
        Wanted& now = slot.wanted;
        if (now == wanted)
            return;
        now = wanted;
        if (slot.target != wanted.target) {
            slot.target = wanted.target;
            slot.reduced.clear();
            slot.reducedBytes = 0;
            slot.reduces = slot.last && isWorthReducing(*slot.last, wanted.target);
        }
    }
    m_impl->wake.notify_one();
}

int FramePool::count(int cell) const
{
    const std::lock_guard lock(m_impl->mutex);
    const Impl::Slot* slot = m_impl->at(cell);
    return slot ? slot->count : -1;
}

std::shared_ptr<const base::RgbImage> FramePool::ready(int cell, int frame) const
{
    const std::lock_guard lock(m_impl->mutex);
    const Impl::Slot* slot = m_impl->at(cell);
    return slot ? slot->ready(frame) : nullptr;
}

std::shared_ptr<const base::RgbImage> FramePool::whole(int cell, int frame) const
{
    const std::lock_guard lock(m_impl->mutex);
    const Impl::Slot* slot = m_impl->at(cell);
    return slot ? slot->whole(frame) : nullptr;
}

QString FramePool::error(int cell) const
{
    const std::lock_guard lock(m_impl->mutex);
    const Impl::Slot* slot = m_impl->at(cell);
    return slot ? slot->error : QString();
}

QString FramePool::frameError(int cell, int frame) const
{
    const std::lock_guard lock(m_impl->mutex);
    const Impl::Slot* slot = m_impl->at(cell);
    if (!slot)
        return {};
    const auto found = slot->failed.find(frame);
    return found == slot->failed.end() ? QString() : found->second;
}

} // namespace echo2ecg::ui
