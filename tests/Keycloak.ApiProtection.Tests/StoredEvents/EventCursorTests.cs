using System.Text.Json;
using Keycloak.ApiProtection.StoredEvents;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

public sealed class EventCursorTests
{
    private readonly ManualTimeProvider _time = new();

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void The_first_poll_begins_at_the_start_and_the_next_ones_before_the_newest_event()
    {
        var start = _time.GetUtcNow();
        var cursor = new EventCursor(TimeSpan.FromSeconds(30), start);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(start.ToUnixTimeMilliseconds(), cursor.From);

        cursor.MoveTo(Now - 1000, _time.GetUtcNow());
        Assert.Equal(Now - 31_000, cursor.From);
        cursor.MoveTo(Now - 5000, _time.GetUtcNow());
        Assert.Equal(Now - 31_000, cursor.From);
    }

    [Fact]
    public void An_event_whose_clock_is_ahead_does_not_move_the_cursor_beyond_the_present()
    {
        var cursor = new EventCursor(TimeSpan.FromSeconds(30), _time.GetUtcNow().AddHours(-1));

        cursor.MoveTo(Now + 600_000, _time.GetUtcNow());

        Assert.Equal(Now - 30_000, cursor.From);
    }

    [Fact]
    public void An_event_is_new_once_and_is_forgotten_when_no_poll_can_return_it()
    {
        var cursor = new EventCursor(TimeSpan.FromSeconds(30), _time.GetUtcNow().AddHours(-1));
        Assert.True(cursor.IsNew(Event("1", Now)));
        Assert.False(cursor.IsNew(Event("1", Now)));
        cursor.MoveTo(Now, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(30));
        cursor.MoveTo(Now, _time.GetUtcNow());
        Assert.Equal(1, cursor.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        cursor.MoveTo(Now, _time.GetUtcNow());

        Assert.Equal(0, cursor.Count);
    }

    [Fact]
    public void The_number_of_ids_is_bounded_and_the_oldest_are_forgotten_first()
    {
        var cursor = new EventCursor(TimeSpan.FromMinutes(10), _time.GetUtcNow(), capacity: 100);
        for (var i = 0; i < 101; i++)
        {
            cursor.IsNew(Event($"{i}", Now + i));
        }

        cursor.MoveTo(Now, _time.GetUtcNow());

        Assert.Equal(50, cursor.Count);
        Assert.False(cursor.IsNew(Event("100", Now + 100)));
        Assert.True(cursor.IsNew(Event("0", Now)));
    }

    private static StoredEvent Event(string id, long time)
    {
        using var json = JsonDocument.Parse($$"""{"id":"{{id}}","time":{{time}},"type":"LOGOUT"}""");
        return StoredEvent.Read(json.RootElement, EventStoreKind.User)!;
    }
}
