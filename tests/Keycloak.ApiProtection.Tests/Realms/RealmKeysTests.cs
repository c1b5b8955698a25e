using System.Text;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class RealmKeysTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_request_waits_for_the_keys_and_finds_its_key()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = realm.Open();

        Assert.False(keys.TryFind("one"u8, out _));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out var found));

        Assert.True(keys.TryFind("one"u8, out var key));
        Assert.Same(found, key);
        Assert.Equal((1, 1), (realm.Discoveries, realm.Fetches));
        Assert.Null(keys.Failure);
    }

    [Fact]
    public async Task Keys_read_at_startup_are_available_to_the_first_request()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();

        Assert.True(keys.TryFind("one"u8, out _));
        keys.Prefetch();
        Assert.Equal(2, realm.Requests);
    }

    [Fact]
    public async Task A_key_that_the_realm_does_not_list_is_unknown()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = realm.Open();

        Assert.True((await keys.FindAsync("other", realm.Now, Cancelled)).IsUnknown);
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out _));
        Assert.Equal(1, realm.Fetches);
    }

    [Fact]
    public async Task An_overlong_kid_is_unknown_without_a_request()
    {
        var longest = new string('k', 256);
        var realm = new RealmStub(TestKey.Ec(longest));
        using var keys = realm.Open();

        Assert.True((await keys.FindAsync(longest + "k", realm.Now, Cancelled)).IsUnknown);
        Assert.True((await keys.FindAsync("", realm.Now, Cancelled)).IsUnknown);
        Assert.Equal(0, realm.Requests);
        Assert.True((await keys.FindAsync(longest, realm.Now, Cancelled)).IsFound(out _));
    }

    [Fact]
    public async Task A_kid_is_compared_byte_by_byte()
    {
        var realm = new RealmStub(TestKey.Ec("Schlüssel"));
        using var keys = await realm.OpenReadAsync();

        Assert.True(keys.TryFind("Schlüssel"u8, out _));
        Assert.False(keys.TryFind("schlüssel"u8, out _));
        Assert.False(keys.TryFind(Encoding.Latin1.GetBytes("Schlüssel"), out _));
        Assert.False(keys.TryFind("Schlüsse"u8, out _));
        Assert.False(keys.TryFind([], out _));
    }

    [Fact]
    public async Task An_unusable_key_is_reported_with_its_reason_and_without_another_request()
    {
        var edwards = TestKey.Ec("ed");
        edwards.Jwk["kty"] = "OKP";
        edwards.Jwk["crv"] = "Ed25519";
        edwards.Jwk["alg"] = "EdDSA";
        var realm = new RealmStub(TestKey.Ec("one"), edwards);
        using var keys = await realm.OpenReadAsync();

        var search = await keys.FindAsync("ed", realm.Now, Cancelled);

        Assert.True(search.IsUnknown);
        Assert.Contains(".NET has no Ed25519", search.Unusable!.Reason, StringComparison.Ordinal);
        Assert.Contains("Fine grain OpenID Connect configuration", search.Unusable.Reason, StringComparison.Ordinal);
        Assert.Equal(search.Unusable, Assert.Single(keys.Unusable));
        Assert.Equal(2, realm.Requests);
    }

    [Fact]
    public async Task A_caller_that_cancels_ends_only_its_own_wait()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = realm.Open();
        using var impatient = new CancellationTokenSource();
        realm.HoldResponses();

        var first = keys.FindAsync("one", realm.Now, impatient.Token).AsTask();
        var second = keys.FindAsync("one", realm.Now, Cancelled).AsTask();
        await realm.ArrivedAsync(1);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        realm.Release();
        Assert.True((await second).IsFound(out _));
        Assert.Equal(2, realm.Requests);
        Assert.Equal(0, keys.Waiters);
    }

    [Fact]
    public async Task The_refresh_continues_after_all_waiting_callers_cancel()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = realm.Open();
        using var impatient = new CancellationTokenSource();
        realm.HoldResponses();

        var only = keys.FindAsync("one", realm.Now, impatient.Token).AsTask();
        await realm.ArrivedAsync(1);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);
        realm.Release();
        await keys.Settled;

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task Disposal_completes_waiting_callers_and_retires_the_keys()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var key));
        realm.HoldResponses();
        var underWay = keys.FindAsync("new", realm.Now, Cancelled).AsTask();
        await realm.ArrivedAsync(3);

        keys.Dispose();
        keys.Dispose();

        Assert.True((await underWay.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).IsUnavailable);
        Assert.True(key.Retired);
        Assert.False(keys.StillServes(key));
        Assert.False(keys.TryFind("one"u8, out _));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);
        Assert.Equal(0, realm.Time.ActiveTimers);

        var before = realm.Requests;
        realm.Time.Advance(TimeSpan.FromDays(2));
        keys.Prefetch();
        Assert.Equal(before, realm.Requests);
    }

    [Fact]
    public async Task Disposal_also_completes_callers_that_wait_for_the_end_of_the_cooldown()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        var planned = keys.FindAsync("new", realm.Now, Cancelled).AsTask();

        keys.Dispose();

        Assert.True((await planned.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).IsUnavailable);
        Assert.Equal(0, keys.Waiters);
    }

    [Fact]
    public async Task A_refresh_does_not_run_in_the_execution_context_of_the_request_that_started_it()
    {
        var request = new AsyncLocal<string?>();
        string? seen = "not asked";
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Instead = _ =>
        {
            seen = request.Value;

            return null;
        };
        using var keys = realm.Open();

        request.Value = "a request";
        await keys.FindAsync("one", realm.Now, Cancelled);

        Assert.Null(seen);
    }
}
