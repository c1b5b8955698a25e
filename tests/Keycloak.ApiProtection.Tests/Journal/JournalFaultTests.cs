using System.Net;
using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Tests.Introspection;
using Keycloak.ApiProtection.Tests.Notifications;
using Keycloak.ApiProtection.Tests.Revocation;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>While the journal fails, nothing that was promised is lost, and requests are handled as the options say.</summary>
public sealed class JournalFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_logout_that_is_not_durable_gets_503_takes_effect_here_and_reaches_the_others_later(bool hangs)
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        var logout = KeycloakCaller.Logout(one);
        (journal.IsDown, journal.Hangs) = (!hangs, hangs);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendNotDurableAsync(one, logout));

        Assert.Equal(1, realm.Log.Count("NotificationNotDurable"));
        Assert.Equal(HttpStatusCode.Unauthorized, await one.StatusAsync(token));
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(token));
        (journal.IsDown, journal.Hangs) = (false, false);
        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Fact]
    public async Task A_sender_that_tries_again_gets_200_as_soon_as_the_logout_is_durable()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        var logout = KeycloakCaller.Logout(one);
        journal.IsDown = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendNotDurableAsync(one, logout));
        journal.IsDown = false;

        var again = one.LogoutStatusAsync(logout);
        await one.UntilAsync(() => Task.FromResult(again.IsCompleted));

        Assert.Equal(HttpStatusCode.OK, await again);
        await one.LogoutAsync(logout).AssertRejectedAsync("It was received before.");
    }

    [Fact]
    public async Task A_failure_is_logged_when_it_begins_and_when_it_ends_and_not_for_each_attempt()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        journal.IsDown = true;
        for (var i = 0; i < 20; i++)
        {
            one.Revocations().RevokeSession($"session-{i}");
            realm.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await one.UntilAsync(() => Task.FromResult(
            realm.Log.Count("JournalReadFailed") == 1 && realm.Log.Count("JournalAppendFailed") == 1));
        journal.IsDown = false;
        var flushed = one.Revocations().FlushAsync(TestContext.Current.CancellationToken);
        await one.UntilAsync(() => Task.FromResult(flushed.IsCompleted && realm.Log.Count("JournalReadAgain") == 1));

        await one.UntilAsync(() => Task.FromResult(realm.Log.Count("JournalAcceptsAgain") == 1));
        Assert.Equal(1, realm.Log.Count("JournalAppendFailed"));
        Assert.Equal(1, realm.Log.Count("JournalReadFailed"));
    }

    [Fact]
    public async Task More_revocations_than_the_queue_holds_become_a_watermark_for_all_replicas()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal, options => options.QueueCapacity = 10);
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        journal.IsDown = true;
        for (var i = 0; i < 50; i++)
        {
            one.Revocations().RevokeSession($"other-{i}");
        }

        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(token));
        journal.IsDown = false;

        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
        Assert.Contains("(revocation_watermark)", realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.NotEqual(0, realm.Log.Count("JournalQueueMerged"));
        realm.Time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(KeycloakRevocationsTests.Token(one)));
    }

    [Theory]
    [InlineData(UnreadableJournal.Reject, HttpStatusCode.ServiceUnavailable)]
    [InlineData(UnreadableJournal.Introspect, HttpStatusCode.ServiceUnavailable)]
    [InlineData(UnreadableJournal.Continue, HttpStatusCode.OK)]
    public async Task Without_credentials_a_silent_journal_is_handled_as_the_options_say(UnreadableJournal handling, HttpStatusCode status)
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal, options => options.WhenUnreadable = handling);
        var token = KeycloakRevocationsTests.Token(one);
        await one.UntilAsync(() => Task.FromResult(journal.Reads > 2));
        journal.IsDown = true;

        realm.Time.Advance(TimeSpan.FromSeconds(16));

        Assert.Equal(status, await one.StatusAsync(token));
        journal.IsDown = false;
        await one.BecomesAsync(HttpStatusCode.OK, token);
    }

    [Fact]
    public async Task A_response_for_a_silent_journal_says_when_to_try_again_and_the_token_is_not_called_invalid()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time) { IsDown = true };
        await using var one = await Replica.StartAsync(realm, journal);

        using var response = await one.GetAsync("/me", KeycloakRevocationsTests.Token(one));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Empty(response.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task Requests_without_a_token_do_not_need_the_journal()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time) { IsDown = true };
        await using var one = await Replica.StartAsync(realm, journal);

        using var response = await one.GetAsync("/public");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(UnreadableJournal.Reject, HttpStatusCode.ServiceUnavailable)]
    [InlineData(UnreadableJournal.Continue, HttpStatusCode.OK)]
    public async Task Before_the_first_read_the_choice_for_the_start_applies(UnreadableJournal atStart, HttpStatusCode status)
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time) { IsDown = true };
        await using var one = await Replica.StartAsync(realm, journal, options =>
        {
            options.WhenUnreadAtStart = atStart;
            options.WhenUnreadable = UnreadableJournal.Introspect;
        });

        Assert.Equal(status, await one.StatusAsync(KeycloakRevocationsTests.Token(one)));

        journal.IsDown = false;
        await one.BecomesAsync(HttpStatusCode.OK, KeycloakRevocationsTests.Token(one));
    }

    [Fact]
    public async Task A_bad_token_is_called_invalid_although_the_journal_is_silent()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time) { IsDown = true };
        await using var one = await Replica.StartAsync(realm, journal);

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await one.StatusAsync(KeycloakRevocationsTests.Token(one).WithDate("exp", realm.Now.AddHours(-1))));
    }

    [Fact]
    public async Task What_was_missed_is_read_after_the_journal_comes_back()
    {
        await using var realm = await DemoRealm.StartAsync();
        var journal = new MemoryJournal(realm.Time);
        await using var one = await Replica.StartAsync(realm, journal);
        await using var other = await Replica.StartAsync(realm, journal);
        var token = KeycloakRevocationsTests.Token(one);
        journal.IsDown = true;
        one.Revocations().RevokeSession("session-1");
        realm.Time.Advance(TimeSpan.FromMinutes(5));
        journal.IsDown = false;

        await other.BecomesAsync(HttpStatusCode.Unauthorized, token);
    }

    [Theory]
    [InlineData("PollInterval", 0.01)]
    [InlineData("PollInterval", 16)]
    [InlineData("MaxSilence", 0.5)]
    [InlineData("Timeout", 61)]
    [InlineData("NotificationTimeout", 0)]
    [InlineData("StartTimeout", -1)]
    public async Task An_option_out_of_its_range_stops_the_start(string setting, double seconds)
    {
        await using var realm = await DemoRealm.StartAsync();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => Replica.StartAsync(
            realm,
            new MemoryJournal(realm.Time),
            options => typeof(RevocationJournalOptions).GetProperty(setting)!.SetValue(options, TimeSpan.FromSeconds(seconds))));

        Assert.Contains($"RevocationJournalOptions.{setting} is ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_without_room_and_an_unknown_choice_stop_the_start()
    {
        await using var realm = await DemoRealm.StartAsync();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => Replica.StartAsync(
            realm, new MemoryJournal(realm.Time), options => (options.QueueCapacity, options.WhenUnreadable) = (9, (UnreadableJournal)7)));

        Assert.Contains("QueueCapacity is 9", failure.Message, StringComparison.Ordinal);
        Assert.Contains("WhenUnreadable is 7. Set it to Introspect, Reject, Continue.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_selected_journal_the_application_does_not_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ProtectedApp.StartAsync(services => services.AddKeycloakBearer(_ => { }).AddRevocationJournal()));

        Assert.Contains("UsePostgreSql(dataSource)", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends a logout token that waits for the journal, and lets the time pass that it may wait.</summary>
    private static async Task<HttpStatusCode> SendNotDurableAsync(ProtectedApp app, SignedToken logout)
    {
        var sent = app.LogoutStatusAsync(logout);
        var shared = app.Services.GetRequiredService<SharedRevocations>();
        await IntrospectingApi.Eventually(() => sent.IsCompleted || shared.Flushing == 1);
        app.Realm.Time.Advance(TimeSpan.FromSeconds(3));
        return await sent;
    }
}
