using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Diagnostics;

/// <summary>
/// Alerts and log filters use event ids, so each id identifies one event, and the ids of each class are in a range of their own.
/// </summary>
public sealed class EventIdTests
{
    private static readonly (Type Class, LoggerMessageAttribute Event)[] Events =
        new[] { typeof(KeycloakBearerOptions).Assembly, typeof(PostgreSqlJournalOptions).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => (type, Event: method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Where(found => found.Event is not null))
        .ToArray();

    [Fact]
    public void No_two_events_share_an_id()
    {
        Assert.NotEmpty(Events);
        Assert.Empty(Events.GroupBy(found => found.Event.EventId).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void No_two_events_share_a_name()
    {
        Assert.Empty(Events.GroupBy(found => found.Event.EventName).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void The_id_ranges_of_two_classes_do_not_overlap()
    {
        var ranges = Events.GroupBy(found => found.Class)
            .Select(
                group => (group.Key.Name, Least: group.Min(found => found.Event.EventId), Most: group.Max(found => found.Event.EventId)))
            .OrderBy(range => range.Least)
            .ToArray();

        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(
            pair.First.Most < pair.Second.Least,
            $"{pair.First.Name} has ids up to {pair.First.Most}, and {pair.Second.Name} begins at {pair.Second.Least}."));
    }
}
