// Whose records list shows, page by page, and that none is missed while others come and go.

#include <algorithm>
#include <array>

#include "testing/contract_run.hpp"
#include "testing/lookalikes.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

using keys = std::set<std::string>;

keys create_some(contract_run& run, record_store& store, std::size_t count, const char* name) {
    keys made;
    for (std::size_t i = 0; i < count; ++i) {
        const auto r = run.fresh(name + std::to_string(i));
        create(store, r);
        made.insert(r.key);
    }
    return made;
}

// Reads a list and lets `after_each` page happen something.
void page_by_page(record_store& store, const std::string& owner, std::size_t limit,
                  const std::function<void(const record_page&)>& after_each) {
    const patience limited;
    std::string after;
    do {
        const auto page = store.list(record_kind::grant, owner, after, limit);
        require(page.has_value(), "list answered unavailable, and there was no fault");
        after_each(*page);
        after = page->next;
        limited.spend("the pages of list have no end");
    } while (!after.empty());
}

void require_shown(const keys& lasting, const keys& shown, const char* what) {
    for (const auto& each : lasting)
        if (shown.count(each) == 0) fail(std::string{what} + ": a record that lasted is missing");
}

void either_owner(contract_run& run) {
    const auto store = run.open();
    auto both = run.fresh("both");
    auto subject = run.fresh("subject only");
    subject.client_owner.clear();
    auto client = run.fresh("client only");
    client.subject_owner.clear();
    auto other = run.fresh("other");
    other.subject_owner = run.owner("other subject");
    other.client_owner = run.owner("other client");
    for (const auto& each : {both, subject, client, other}) create(*store, each);
    require(keys_listed(*store, both.kind, both.subject_owner) == keys{both.key, subject.key},
            "a subject's list has not exactly its records");
    require(keys_listed(*store, both.kind, both.client_owner) == keys{both.key, client.key},
            "a client's list has not exactly its records");
    require(keys_listed(*store, both.kind, run.owner("nobody")).empty(),
            "an owner without records has a list");
}

void same_owner_twice(contract_run& run) {
    const auto store = run.open();
    auto r = run.fresh("r");
    r.client_owner = r.subject_owner;
    create(*store, r);
    require(keys_listed(*store, r.kind, r.subject_owner) == keys{r.key},
            "a record of one owner in both places is not in its list");
    erase(*store, r.key, r.version);
    require(keys_listed(*store, r.kind, r.subject_owner).empty(), "an erased record is listed");
}

void kinds(contract_run& run) {
    const auto store = run.open();
    std::vector<record> all;
    for (const auto kind : record_kinds) {
        all.push_back(run.fresh(mcp_oauth::name(kind)));
        all.back().kind = kind;
        create(*store, all.back());
    }
    for (const auto& each : all)
        require(keys_listed(*store, each.kind, each.subject_owner) == keys{each.key},
                "a list has not exactly the records of its kind");
}

void owners_apart(contract_run& run) {
    const auto store = run.open();
    std::vector<record> all;
    for (const auto text : lookalikes) {
        auto r = run.fresh(std::to_string(all.size()));
        r.subject_owner = run.owner(text);
        if (all.size() % 2 == 0) std::swap(r.subject_owner, r.client_owner);
        create(*store, r);
        all.push_back(std::move(r));
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        if (keys_listed(*store, record_kind::grant, run.owner(lookalikes[i])) != keys{all[i].key})
            fail("the list of an owner \"" + std::string{lookalikes[i]} +
                 "\" has not exactly its record");
}

void owners(contract_run& run) {
    const auto store = run.open();
    auto texts = every_character();
    const auto room = 1024 - run.owner({}).size();
    texts.emplace_back(room, 'o');
    for (const auto& text : texts) {
        auto r = run.fresh(text);
        r.client_owner = run.owner(text);
        create(*store, r);
        const auto listed = list_all(*store, r.kind, r.client_owner);
        require(!listed.empty(), "the list of an owner of unusual characters is empty");
        for (const auto& each : listed) {
            const auto unlike = difference(each, r);
            if (!unlike.empty()) fail("of a listed record, " + unlike);
        }
    }
}

void nobody(contract_run& run) {
    const auto store = run.open();
    auto r = run.fresh("r");
    r.subject_owner.clear();
    create(*store, r);
    auto free = run.fresh("free");
    free.subject_owner.clear();
    free.client_owner.clear();
    create(*store, free);
    const auto shown = keys_listed(*store, r.kind, {});
    require(shown.count(r.key) == 0 && shown.count(free.key) == 0,
            "a record without an owner is in the list of the empty owner");
    require(keys_listed(*store, r.kind, r.client_owner) == keys{r.key},
            "a client's list has not exactly its records");
}

void whole_records(contract_run& run) {
    const auto store = run.open();
    std::vector<record> all;
    for (std::size_t i = 0; i < 5; ++i) {
        auto r = run.fresh(std::to_string(i));
        r.body = numbered_body(i);
        r.expires_at += milliseconds{i};
        if (i % 2 == 0) r.client_owner.clear();
        create(*store, r);
        all.push_back(std::move(r));
    }
    for (const auto& got : list_all(*store, record_kind::grant, all.front().subject_owner, 2))
        for (const auto& wanted : all) {
            if (wanted.key != got.key) continue;
            const auto unlike = difference(got, wanted);
            if (!unlike.empty()) fail("of a listed record, " + unlike);
        }
}

void pages(contract_run& run) {
    const auto store = run.open();
    const auto owner = run.owner("subject");
    constexpr std::size_t count = 17;
    const auto all = create_some(run, *store, count, "r");
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, count - 1, count, count + 1,
                                    std::size_t{1000}, std::size_t{100'000}})
        if (keys_listed(*store, record_kind::grant, owner, limit) != all)
            fail("pages of " + std::to_string(limit) + " do not show the " + std::to_string(count) +
                 " records there are");
}

// Some last, and of those between them one goes after each page: the one that the page ended with,
// where that is to go, or the first of all.
class passing_records {
public:
    passing_records(contract_run& run, record_store& store, const std::string& name)
        : run_(run), store_(store), name_(name) {
        for (std::size_t i = 0; i < count; ++i) {
            lasting.insert(put(std::to_string(10 + i) + " lasts").key);
            going_.push_back(put(std::to_string(10 + i) + " goes"));
        }
    }
    void one_goes(const record_page& page) {
        if (going_.empty()) return;
        const auto shown_last = std::find_if(going_.begin(), going_.end(), [&](const record& r) {
            return !page.records.empty() && page.records.back().key == r.key;
        });
        const auto at = shown_last != going_.end() ? shown_last : going_.begin();
        erase(store_, at->key, at->version);
        going_.erase(at);
    }
    void one_comes(const std::string& place) {
        if (come_ < count) put(place + std::to_string(10 + come_++)); // so that the list has an end
    }

    keys lasting;

private:
    static constexpr std::size_t count = 8;

    record put(const std::string& name) {
        auto r = run_.fresh(name_ + name);
        create(store_, r);
        return r;
    }

    contract_run& run_;
    record_store& store_;
    std::string name_;
    std::vector<record> going_;
    std::size_t come_ = 0;
};

// What comes sorts before the others or behind them, and goes from before where the list stands.
void between_pages(contract_run& run) {
    const auto store = run.open();
    for (const std::size_t limit : {1U, 3U}) {
        for (const std::string place : {"nowhere ", "0 before ", "9 behind "}) {
            passing_records records(run, *store, std::to_string(limit) + " " + place);
            keys shown;
            page_by_page(*store, run.owner("subject"), limit, [&](const record_page& page) {
                for (const auto& each : page.records) shown.insert(each.key);
                records.one_goes(page);
                if (place[0] != 'n') records.one_comes(place);
            });
            require_shown(records.lasting, shown, "while records came and went between the pages");
        }
    }
}

// A record that is replaced lasts: a store that moves it in its order may step over it.
void while_replaced(contract_run& run) {
    const auto store = run.open();
    std::vector<record> all;
    keys lasting;
    for (std::size_t i = 0; i < 12; ++i) {
        all.push_back(run.fresh(std::to_string(i)));
        create(*store, all.back());
        lasting.insert(all.back().key);
    }
    keys shown;
    page_by_page(*store, run.owner("subject"), 3, [&](const record_page& page) {
        for (const auto& each : page.records) shown.insert(each.key);
        for (auto& each : all) {
            auto next = successor(each);
            next.expires_at += milliseconds{1};
            replace(*store, next, each.version);
            each = next;
        }
    });
    require_shown(lasting, shown, "while every record was replaced between the pages");
}

void come_and_go(contract_run& run, record_store& store, const std::string& names) {
    for (std::size_t round = 0; round < 10; ++round) {
        const auto r = run.fresh("lasting " + std::to_string(round) + " " + names);
        create(store, r);
        const auto next = successor(r);
        replace(store, next, r.version);
        erase(store, r.key, next.version);
    }
}

// Half of the threads make records come and go, and the others list.
void beside_writers(contract_run& run) {
    const std::array<std::shared_ptr<record_store>, 2> stores{run.open(), run.open()};
    const auto owner = run.owner("subject");
    const auto lasting = create_some(run, *stores[0], 20, "lasting ");
    race(run, [&](std::size_t n) {
        countdown writing{thread_count / 2};
        in_threads(thread_count, [&](std::size_t i) {
            auto& store = *stores[(i / 2) % 2];
            if (i % 2 == 1) {
                do
                    require_shown(lasting, keys_listed(store, record_kind::grant, owner, 3),
                                  "beside writers");
                while (!writing.over());
                return;
            }
            const auto counted = writing.one_less_at_the_end();
            come_and_go(run, store, std::to_string(i) + " " + std::to_string(n));
        });
    });
    require(keys_listed(*stores[0], record_kind::grant, owner) == lasting,
            "after writers are done, the list is not exactly what they left");
}

} // namespace

clause_group clauses_of_lists() {
    return {
        {{"list.either_owner", "list shows the records of an owner, of either of the two."},
         either_owner},
        {{"list.same_owner_twice", "A record may have one owner in both places."},
         same_owner_twice},
        {{"list.kinds", "list shows records of one kind."}, kinds},
        {{"list.owners_apart",
          "Owners are compared octet by octet: not as prefixes, nor as patterns."},
         owners_apart},
        {{"list.owners", "An owner is any UTF-8 text without U+0000."}, owners},
        {{"list.nobody", "Records without an owner are in nobody's list."}, nobody},
        {{"list.whole_records", "A listed record is whole."}, whole_records},
        {{"list.pages", "A page has at most limit records, and the last one ends the list."},
         pages},
        {{"list.between_pages",
          "Over all pages every record that lasted is shown, though others come and go."},
         between_pages},
        {{"list.while_replaced",
          "Over all pages every record that lasted is shown, though it is replaced."},
         while_replaced},
        {{"list.beside_writers",
          "Over all pages every record that lasted is shown, beside writers on other threads."},
         beside_writers},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
