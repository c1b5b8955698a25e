using System.Net;
using Keycloak.ApiProtection.Tests.Notifications;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;

namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>What one replica learns reaches the others, and those that start later.</summary>
public sealed class ReplicasTests
{
    private static readonly DateTimeOffset Clock = new ManualTimeProvider().GetUtcNow();

    public static TheoryData<string, Action<IKeycloakRevocations>> Acts => new()
    {
        { "session", revocations => revocations.RevokeSession("session-1") },
        { "user", revocations => revocations.RevokeUser("user-1") },
        { "online sessions of a user", revocations => revocations.RevokeOnlineSessions("user-1") },
        { "client", revocations => revocations.NotBefore("storefront", Clock) },
        { "realm", revocations => revocations.NotBefore(Clock) },
        { "client of a session", revocations => revocations.RevokeClientSession("session-1", "storefront") },
        { "token", revocations => revocations.RevokeToken("token-1", Clock.AddMinutes(4)) },
        { "ended session", revocations => revocations.EndSession("session-1", "storefront") },
    };

    public static TheoryData<string, Action<IKeycloakRevocations>> OtherActs => new()
    {
        { "session", revocations => revocations.RevokeSession("session-2") },
        { "user", revocations => revocations.RevokeUser("user-2") },
        { "online sessions of a user", revocations => revocations.RevokeOnlineSessions("user-2") },
        { "client", revocations => revocations.NotBefore("cli", Clock) },
        { "realm", revocations => revocations.NotBefore(Clock.AddMinutes(-10)) },
        { "client of a session", revocations => revocations.RevokeClientSession("session-1", "cli") },
        { "token", revocations => revocations.RevokeToken("token-2", Clock.AddMinutes(4)) },
        { "ended session", revocations => revocations.EndSession("session-2", "storefront") },
    };

    [Fact]
    public async Task A_logout_that_one_replica_receives_is_rejected_by_the_others()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(token));

        Assert.Equal(HttpStatusCode.OK, await one.LogoutStatusAsync(KeycloakCaller.Logout(one)));

        Assert.Equal(HttpStatusCode.Unauthorized, await one.StatusAsync(token));
        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Theory]
    [MemberData(nameof(Acts), DisableDiscoveryEnumeration = true)]
    public async Task Each_kind_of_revocation_reaches_the_others(string kind, Action<IKeycloakRevocations> act)
    {
        Assert.NotEmpty(kind);
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(token));

        act(one.Revocations());

        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Theory]
    [MemberData(nameof(OtherActs), DisableDiscoveryEnumeration = true)]
    public async Task The_tokens_that_a_revocation_does_not_name_stay_good_everywhere(string kind, Action<IKeycloakRevocations> act)
    {
        Assert.NotEmpty(kind);
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);

        act(one.Revocations());

        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        await using var other = await Replica.StartAsync(realm, journal);
        Assert.NotEmpty(journal.Contents);
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(KeycloakRevocationsTests.Token(one)));
        Assert.Equal(HttpStatusCode.OK, await one.StatusAsync(KeycloakRevocationsTests.Token(one)));
    }

    [Fact]
    public async Task A_replica_that_starts_later_rejects_with_its_first_request()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        for (var i = 0; i < 10; i++)
        {
            one.Revocations().RevokeSession($"other-{i}");
        }

        one.Revocations().RevokeSession("session-1");
        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);

        await using var later = await Replica.StartAsync(realm, journal);

        Assert.Equal(HttpStatusCode.Unauthorized, await later.StatusAsync(token));
    }

    [Fact]
    public async Task A_session_that_ended_for_a_client_stays_ended_after_a_restart_also_for_tokens_that_are_issued_later()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        Assert.Equal(HttpStatusCode.OK, await one.LogoutStatusAsync(KeycloakCaller.Logout(one)));
        realm.Time.Advance(TimeSpan.FromHours(9));

        await using var restarted = await Replica.StartAsync(realm, journal);

        Assert.Equal(HttpStatusCode.Unauthorized, await restarted.StatusAsync(KeycloakRevocationsTests.Token(one)));
        realm.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.OK, await restarted.StatusAsync(KeycloakRevocationsTests.Token(one)));
    }

    [Fact]
    public async Task The_journal_contains_no_name()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);

        foreach (var row in Acts)
        {
            row.Data.Item2(one.Revocations());
        }

        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(9, journal.Contents.Count);
        Assert.All(journal.Contents, content => Assert.DoesNotMatch("session-1|user-1|storefront|token-1|kc.example|demo", content));
    }

    [Fact]
    public async Task A_user_of_the_same_id_in_another_realm_is_not_concerned()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(
            realm, journal, configure: options => options.ValidIssuers.Add("https://kc.example/realms/acme"));
        await using var other = await Replica.StartAsync(realm, journal);
        one.Revocations().RevokeUser("user-1");
        one.Revocations().NotBefore(realm.Now);
        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);

        await using var later = await Replica.StartAsync(realm, journal);

        Assert.Equal(HttpStatusCode.OK, await later.StatusAsync(KeycloakRevocationsTests.Token(other)));
        Assert.Equal(0, later.Revocations().Count);
    }

    [Fact]
    public async Task A_realm_with_two_issuers_shares_revocations_with_an_api_that_knows_one_of_them()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal, configure: options =>
        {
            options.ValidIssuers.Add("https://internal.example/realms/demo");
            options.ValidIssuers.Add(DemoRealm.Issuer);
        });
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);

        one.Revocations().RevokeUser("user-1");

        Assert.Equal(HttpStatusCode.Unauthorized, await one.StatusAsync(token));
        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Fact]
    public async Task An_open_connection_of_another_replica_is_closed_and_its_observers_are_told_without_a_name()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        await using var other = await Replica.StartAsync(realm, journal);
        var seen = new List<KeycloakRevocation>();
        var closed = false;
        using var observation = other.Revocations().Observe(seen.Add);
        using var watch = other.Revocations().Watch(TokenUsers.User(1, "session-1"), () => closed = true);

        one.Revocations().RevokeSession("session-1");

        await other.UntilAsync(() => Task.FromResult(Volatile.Read(ref closed)));
        var revocation = Assert.Single(seen);
        Assert.Equal(
            (RevocationKind.Session, null, RevocationSource.Journal), (revocation.Kind, revocation.Id, revocation.Source));
    }

    [Fact]
    public async Task A_replica_is_not_told_of_its_own_revocation_a_second_time()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        var seen = new List<KeycloakRevocation>();
        using var observation = one.Revocations().Observe(seen.Add);

        one.Revocations().RevokeSession("session-1");
        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        var reads = journal.Reads;
        await one.UntilAsync(() => Task.FromResult(journal.Reads > reads + 1));

        Assert.Equal(RevocationSource.Application, Assert.Single(seen).Source);
    }

    [Theory]
    [InlineData("""{"v":2,"kind":"something new"}""", "JournalEntryOfLaterVersion")]
    [InlineData("nonsense", "JournalEntryMalformed")]
    [InlineData("", "JournalEntryMalformed")]
    public async Task An_entry_that_cannot_be_applied_is_skipped_and_told_and_the_next_one_is_applied(string content, string message)
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        journal.Write(content);
        one.Revocations().RevokeSession("session-1");
        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        var told = realm.Log.Count(message);

        await using var later = await Replica.StartAsync(realm, journal);

        Assert.Equal(told + 1, realm.Log.Count(message));
        Assert.Equal(HttpStatusCode.Unauthorized, await later.StatusAsync(KeycloakRevocationsTests.Token(one)));
    }

    [Fact]
    public async Task Whoever_can_write_to_the_journal_can_have_tokens_rejected_but_no_revoked_token_accepted()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        one.Revocations().RevokeSession("session-1");
        await one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        foreach (var content in journal.Contents.ToArray())
        {
            journal.Write(System.Text.RegularExpressions.Regex.Replace(content, "\"until\":[0-9]+", "\"until\":0"));
        }

        await using var later = await Replica.StartAsync(realm, journal);

        Assert.Equal(HttpStatusCode.Unauthorized, await later.StatusAsync(KeycloakRevocationsTests.Token(one)));
        Assert.Equal(HttpStatusCode.Unauthorized, await one.StatusAsync(KeycloakRevocationsTests.Token(one)));
    }

    [Fact]
    public async Task Code_can_wait_until_its_revocation_is_durable()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        var revocations = one.Revocations();
        var subject = "user-1";
        var cancellationToken = TestContext.Current.CancellationToken;

        revocations.RevokeUser(subject);
        await revocations.FlushAsync(cancellationToken);

        Assert.Single(journal.Contents);
    }

    [Fact]
    public async Task Without_a_journal_nothing_waits()
    {
        await using var app = await ProtectedApp.StartAsync();

        Assert.True(app.Revocations().FlushAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }
}
