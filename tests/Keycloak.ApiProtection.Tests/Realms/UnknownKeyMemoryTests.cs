namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>Not run in parallel with other tests, because it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(UnknownKeyMemoryTests), DisableParallelization = true)]
[Collection(nameof(UnknownKeyMemoryTests))]
public sealed class UnknownKeyMemoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Searches_for_unknown_keys_retain_no_memory()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        var old = realm.Now.AddDays(-1);
        await SearchAsync(1_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await SearchAsync(100_000);

        // If every unknown kid were stored, the difference would be 20 MB or more.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8_000_000);
        Assert.Equal(2, realm.Fetches);
        Assert.InRange(realm.Time.ActiveTimers, 0, 1);

        async Task SearchAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True((await keys.FindAsync($"a kid as long as those of Keycloak are, and new: {i}", old, Cancelled)).IsUnknown);
            }
        }
    }
}
