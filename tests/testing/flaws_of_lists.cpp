// Stores that list too much, too little, or by a place that moves.
#include <algorithm>

#include "testing/broken_stores.hpp"

namespace contract_tests {

namespace {

using belongs = std::function<bool(const record&, record_kind, std::string_view owner)>;

bool is_of(const record& r, record_kind kind, std::string_view owner) {
    return r.kind == kind && !owner.empty() &&
           (r.subject_owner == owner || r.client_owner == owner);
}

// A list by the key, of what `right` says.
void list_of(broken_store& s, belongs right) {
    s.on_list = [&s, right](record_kind kind, std::string_view owner, std::string_view after,
                            std::size_t limit) -> list_result {
        record_page page;
        for (auto& each : s.database->all()) {
            if (!right(each, kind, owner) || each.key <= after) continue;
            if (page.records.size() == limit) {
                page.next = page.records.back().key;
                break;
            }
            page.records.push_back(std::move(each));
        }
        return page;
    };
}

bool begins_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

// LIMIT ... OFFSET: where a record goes, those behind it move up, and one is skipped.
void list_by_offset(broken_store& s) {
    s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view after,
                     std::size_t limit) -> list_result {
        std::vector<record> mine;
        for (auto& each : s.database->all())
            if (is_of(each, kind, owner)) mine.push_back(std::move(each));
        const std::size_t from = after.empty() ? 0 : std::stoul(std::string{after});
        record_page page;
        for (auto i = from; i < mine.size() && page.records.size() < limit; ++i)
            page.records.push_back(mine[i]);
        if (from + limit < mine.size()) page.next = std::to_string(from + limit);
        return page;
    };
}

// The latest first: what is changed meanwhile moves to where the list has been already.
void list_latest_first(broken_store& s) {
    s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view after,
                     std::size_t limit) -> list_result {
        const auto place = [](const record& r) {
            return std::to_string(to_unix_ms(r.expires_at)) + r.key;
        };
        std::vector<record> mine;
        for (auto& each : s.database->all())
            if (is_of(each, kind, owner) && (after.empty() || place(each) < after))
                mine.push_back(std::move(each));
        std::sort(mine.begin(), mine.end(),
                  [&](const record& a, const record& b) { return place(a) > place(b); });
        record_page page;
        page.records.assign(
            mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(std::min(limit, mine.size())));
        if (limit < mine.size()) page.next = place(page.records.back());
        return page;
    };
}

} // namespace

std::vector<flaw> flaws_of_lists() {
    return {
        {"list.either_owner", "list knows subjects only",
         [](broken_store& s) {
             list_of(s, [](const record& r, record_kind kind, std::string_view owner) {
                 return r.kind == kind && r.subject_owner == owner;
             });
         }},
        {"list.same_owner_twice", "an owner in both places breaks an index",
         [](broken_store& s) {
             s.on_create = [&s](const record& fresh) -> create_result {
                 if (fresh.subject_owner == fresh.client_owner) return {};
                 return s.database->store.create(fresh);
             };
         }},
        {"list.kinds", "list ignores the kind",
         [](broken_store& s) {
             list_of(s, [](const record& r, record_kind, std::string_view owner) {
                 return is_of(r, r.kind, owner);
             });
         }},
        {"list.owners_apart", "owners are compared as prefixes",
         [](broken_store& s) {
             list_of(s, [](const record& r, record_kind kind, std::string_view owner) {
                 return r.kind == kind &&
                        (begins_with(r.subject_owner, owner) || begins_with(r.client_owner, owner));
             });
         }},
        {"list.owners", "an owner is cut after 255 octets",
         [](broken_store& s) {
             s.on_write([](record r) {
                 r.client_owner.resize(std::min<std::size_t>(r.client_owner.size(), 255));
                 return r;
             });
         }},
        {"list.nobody", "records without an owner belong to the empty one",
         [](broken_store& s) {
             list_of(s, [](const record& r, record_kind kind, std::string_view owner) {
                 return r.kind == kind && (r.subject_owner == owner || r.client_owner == owner);
             });
         }},
        {"list.whole_records", "list leaves the bodies out",
         [](broken_store& s) {
             s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view after,
                              std::size_t limit) {
                 auto page = s.database->store.list(kind, owner, after, limit);
                 for (auto& each : page->records) each.body = "{}";
                 return page;
             };
         }},
        {"list.pages", "a page has one record too many",
         [](broken_store& s) {
             s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view after,
                              std::size_t limit) {
                 return s.database->store.list(kind, owner, after, limit + 1);
             };
         }},
        {"list.pages", "a full page is taken for the last",
         [](broken_store& s) {
             s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view after,
                              std::size_t limit) {
                 auto page = s.database->store.list(kind, owner, after, limit);
                 if (page->records.size() == limit) page->next.clear();
                 return page;
             };
         }},
        {"list.pages", "the pages have no end",
         [](broken_store& s) {
             s.on_list = [&s](record_kind kind, std::string_view owner, std::string_view,
                              std::size_t limit) {
                 auto page = s.database->store.list(kind, owner, {}, limit);
                 page->next = "again";
                 return page;
             };
         }},
        {"list.between_pages", "list pages by an offset", list_by_offset},
        {"list.beside_writers", "list pages by an offset", list_by_offset},
        {"list.while_replaced", "list goes by the time of the last change", list_latest_first},
    };
}

} // namespace contract_tests
