using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Tests.Journal;
using Keycloak.ApiProtection.Tests.Revocation;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

/// <summary>Replicas that share a journal read the stored events one at a time, and all of them get the effects.</summary>
public sealed class SharedTurnTests
{
    [Fact]
    public async Task A_replica_that_does_not_have_the_turn_sends_no_request_until_it_gets_the_turn()
    {
        MemoryJournal? journal = null;
        await using var realm = await StartAsync(created => journal = created);
        journal!.IsMyTurn = false;

        await realm.PollAsync();

        Assert.Empty(realm.Queries);
        journal.IsMyTurn = true;
        await realm.PollAsync();
        Assert.NotEmpty(realm.Queries);
    }

    [Fact]
    public async Task While_the_journal_cannot_say_whose_turn_it_is_each_replica_polls()
    {
        MemoryJournal? journal = null;
        await using var realm = await StartAsync(created => journal = created);
        journal!.IsDown = true;

        await realm.PollAsync();

        Assert.NotEmpty(realm.Queries);
        Assert.Null(realm.Feed.State.Problem);
    }

    [Fact]
    public async Task A_replica_that_does_not_poll_gets_the_effects_from_the_journal()
    {
        MemoryJournal? first = null;
        MemoryJournal? second = null;
        await using var one = await StartAsync(created => first = created);
        await using var other = await StartAsync(created => second = created);
        second!.IsMyTurn = false;
        var token = KeycloakRevocationsTests.Token(other.App);
        Assert.Equal(HttpStatusCode.OK, await other.App.StatusAsync(token));
        one.Happened("LOGOUT", Session("session-1"));

        await one.PollAsync();
        await FlushAsync(one);
        await other.PollAsync();
        Assert.Empty(other.Queries);
        second.Write(Assert.Single(first!.Contents));

        await other.App.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Fact]
    public async Task Events_that_are_read_again_after_a_restart_are_not_appended_again()
    {
        MemoryJournal? journal = null;
        await using var one = await StartAsync(created => journal = created);
        one.Happened("LOGOUT", Session("session-1"));
        one.Administered("DELETE", "REALM_ROLE_MAPPING", "users/user-1/role-mappings/realm", "[]");
        await one.PollAsync();
        await FlushAsync(one);
        var before = journal!.Contents;
        Assert.Equal(2, before.Count);

        MemoryJournal? after = null;
        await using var restarted = await StartAsync(created =>
        {
            after = created;
            foreach (var content in before)
            {
                created.Write(content);
            }
        });
        restarted.Happened("LOGOUT", Session("session-1"));
        restarted.Administered("DELETE", "REALM_ROLE_MAPPING", "users/user-1/role-mappings/realm", "[]");
        await restarted.PollAsync();
        await FlushAsync(restarted);

        Assert.NotEmpty(restarted.Queries);
        Assert.Equal(before, after!.Contents);
        restarted.Happened("LOGOUT", Session("session-2"));
        await restarted.PollAsync();
        await FlushAsync(restarted);
        Assert.Equal(3, after.Contents.Count);
    }

    private static JsonObject Session(string id) => new() { ["sessionId"] = id };

    private static Task FlushAsync(EventStoreRealm realm) =>
        realm.App.Revocations().FlushAsync(TestContext.Current.CancellationToken);

    private static Task<EventStoreRealm> StartAsync(Action<MemoryJournal> created) => EventStoreRealm.StartAsync(
        polls: false,
        configure: null,
        services => services.AddAuthentication().AddRevocationJournal().Use(provider =>
        {
            var journal = new MemoryJournal(provider.GetRequiredService<TimeProvider>());
            created(journal);
            return journal;
        }));
}
