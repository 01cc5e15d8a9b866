// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/echo_study.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

namespace echo2ecg::echo {

namespace {

constexpr int mostHandles = 4;

} // namespace

// Memory of frames that nobody holds any more, for the next ones: as many as are decoded at once.
class Storage
{
public:
    std::vector<std::uint8_t> take()
    {
        const std::lock_guard lock(m_mutex);
        if (m_free.empty())
            return {};
        auto bytes = std::move(m_free.back());
        m_free.pop_back();
        return bytes;
    }

    void giveBack(std::vector<std::uint8_t> bytes) noexcept
    {
        const std::lock_guard lock(m_mutex);
        if (m_free.size() < m_free.capacity())
            m_free.push_back(std::move(bytes));
    }

    Storage() { m_free.reserve(std::size_t(mostHandles)); }

private:
    std::mutex m_mutex;
    std::vector<std::vector<std::uint8_t>> m_free;
};

// The frame gives its memory back when its last holder lets go, which may be after the clip was closed.
std::shared_ptr<const base::RgbImage> recycled(base::RgbImage image, const std::shared_ptr<Storage>& storage)
{
    return {new base::RgbImage(std::move(image)), [from = std::weak_ptr<Storage>(storage)](base::RgbImage* frame) {
                if (const auto to = from.lock())
                    to->giveBack(std::move(frame->pixels));
                delete frame;
            }};
}

// One mutex guards everything here; decoding itself runs outside it, on a handle that only one thread holds.
struct ClipFrames::Impl
{
    using Handle = std::unique_ptr<dicom::ImageFile>;
    struct Entry
    {
        std::shared_ptr<const base::RgbImage> image;
        std::list<int>::iterator place;
    };

    Opener open;
    std::size_t limit;
    int frames = 0;
    int handleLimit = 1;
    double aspect = 1.0;

    const std::shared_ptr<Storage> storage = std::make_shared<Storage>();
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Handle> idle;
    int handles = 0;
    std::set<int> decoding;
    std::list<int> recent; // newest first
    std::unordered_map<int, Entry> cache;
    std::size_t bytes = 0;
    std::string colour;
    bool colourFinal = false;

    std::shared_ptr<const base::RgbImage> lookUp(int index)
    {
        const auto found = cache.find(index);
        if (found == cache.end())
            return nullptr;
        recent.splice(recent.begin(), recent, found->second.place);
        return found->second.image;
    }

    void keep(int index, std::shared_ptr<const base::RgbImage> image)
    {
        bytes += image->bytes();
        recent.push_front(index);
        cache.emplace(index, Entry{std::move(image), recent.begin()});
        trim();
    }

    // What goes is given back, to be freed outside the lock.
    std::vector<std::shared_ptr<const base::RgbImage>> trim()
    {
        std::vector<std::shared_ptr<const base::RgbImage>> gone;
        while (bytes > limit && recent.size() > 1) {
            const auto oldest = cache.find(recent.back());
            bytes -= oldest->second.image->bytes();
            gone.push_back(std::move(oldest->second.image));
            cache.erase(oldest);
            recent.pop_back();
        }
        return gone;
    }

    // Waits for a free handle, or opens one more where that is allowed. Called and left with the lock held.
    Handle take(std::unique_lock<std::mutex>& lock)
    {
        for (;;) {
            if (!idle.empty()) {
                Handle handle = std::move(idle.back());
                idle.pop_back();
                return handle;
            }
            if (handles < handleLimit) {
                ++handles;
                lock.unlock();
                Handle handle;
                try {
                    handle = open();
                } catch (const base::Error&) {
                    // The file could be opened before: go on with the handles that there are.
                }
                lock.lock();
                if (handle)
                    return handle;
                --handles;
                handleLimit = std::max(1, handles);
                continue;
            }
            changed.wait(lock);
        }
    }
};

ClipFrames::ClipFrames(Opener open, std::size_t cacheBytes) : m_impl(std::make_unique<Impl>())
{
    m_impl->open = std::move(open);
    m_impl->limit = cacheBytes;
    m_impl->handleLimit = std::clamp(int(std::thread::hardware_concurrency()), 2, mostHandles);
    Impl::Handle first = m_impl->open();
    m_impl->frames = first->frameCount();
    if (first->isSequential())
        m_impl->handleLimit = 1; // each further one would decode the way from a key frame again
    const double aspect = first->header().pixelAspect;
    if (std::isfinite(aspect) && aspect > 0.1 && aspect < 10)
        m_impl->aspect = aspect;
    m_impl->colour = first->colourDecision();
    m_impl->idle.push_back(std::move(first));
    m_impl->handles = 1;
}

ClipFrames::~ClipFrames() = default;

int ClipFrames::count() const
{
    return m_impl->frames;
}

double ClipFrames::pixelAspect() const
{
    return m_impl->aspect;
}

std::shared_ptr<const base::RgbImage> ClipFrames::frame(int index)
{
    Impl& d = *m_impl;
    if (index < 0 || index >= d.frames)
        throw base::ParseError(base::ErrorCode::Missing, "There is no such frame in the clip.",
                               {{}, "frame " + std::to_string(index + 1) + " of " + std::to_string(d.frames)});
    std::unique_lock lock(d.mutex);
    // Another thread that decodes the same frame is waited for: work is not done twice.
    for (;;) {
        if (auto image = d.lookUp(index))
            return image;
        if (!d.decoding.contains(index))
            break;
        d.changed.wait(lock);
    }
    d.decoding.insert(index);
    Impl::Handle handle;
    std::shared_ptr<const base::RgbImage> image;
    std::exception_ptr failure;
    std::string colour;
    try {
        handle = d.take(lock);
        lock.unlock();
        image = recycled(handle->frameInto(index, d.storage->take()), d.storage);
        colour = handle->colourDecision();
    } catch (...) {
        failure = std::current_exception();
    }
    if (!lock.owns_lock())
        lock.lock();
    if (handle)
        d.idle.push_back(std::move(handle));
    d.decoding.erase(index);
    if (image) {
        d.keep(index, image);
        if (!d.colourFinal)
            d.colour = colour;
        d.colourFinal = d.colourFinal || index == 0;
    }
    d.changed.notify_all();
    if (failure)
        std::rethrow_exception(failure);
    return image;
}

std::shared_ptr<const base::RgbImage> ClipFrames::cached(int index) const
{
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->lookUp(index);
}

std::string ClipFrames::colourDecision() const
{
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->colour;
}

std::size_t ClipFrames::cachedBytes() const
{
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->bytes;
}

void ClipFrames::setCacheBytes(std::size_t bytes)
{
    std::vector<std::shared_ptr<const base::RgbImage>> gone;
    const std::lock_guard lock(m_impl->mutex);
    m_impl->limit = bytes;
    gone = m_impl->trim();
}

} // namespace echo2ecg::echo
