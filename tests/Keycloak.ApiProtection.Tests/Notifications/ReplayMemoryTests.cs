using Keycloak.ApiProtection.Notifications;

namespace Keycloak.ApiProtection.Tests.Notifications;

public sealed class ReplayMemoryTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void An_id_is_remembered_until_it_expires_and_no_longer()
    {
        var memory = new ReplayMemory(100, _time);
        Assert.True(memory.IsFirst("a", _time.GetUtcNow().AddSeconds(120)));
        _time.Advance(TimeSpan.FromSeconds(120));
        Assert.False(memory.IsFirst("a", _time.GetUtcNow().AddSeconds(120)));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(memory.IsFirst("b", _time.GetUtcNow().AddSeconds(120)));
        Assert.Equal(1, memory.Count);
    }

    [Fact]
    public void When_the_memory_is_full_the_id_that_expires_first_is_evicted()
    {
        var memory = new ReplayMemory(100, _time);
        for (var i = 0; i < 101; i++)
        {
            Assert.True(memory.IsFirst($"{i}", _time.GetUtcNow().AddSeconds(120 + i)));
        }

        Assert.Equal(100, memory.Count);
        Assert.False(memory.IsFirst("1", _time.GetUtcNow().AddSeconds(300)));
        Assert.True(memory.IsFirst("0", _time.GetUtcNow().AddSeconds(300)));
    }
}
