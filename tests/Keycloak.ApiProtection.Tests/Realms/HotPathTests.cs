namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class HotPathTests
{
    [Fact]
    public async Task Finding_a_key_allocates_nothing()
    {
        var realm = new RealmStub(TestKey.Ec("one"), TestKey.Ec("two"), TestKey.Rsa("three"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("three"u8, out var key));
        Assert.False(keys.TryFind("nobody"u8, out _));
        Assert.True(keys.StillServes(key));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
        {
            keys.TryFind("three"u8, out _);
            keys.TryFind("nobody"u8, out _);
            keys.StillServes(key);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
