namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// Changes a valid token in every position. It is never accepted, never causes an exception, and Keycloak gets no more requests than the
/// cooldown allows.
/// </summary>
public sealed class MutationTests
{
    private static readonly char[] Substitutes =
    [
        'A', 'B', 'a', 'g', 'w', 'Q', '0', '8', '-', '_', '.', '=', '+', '/', ' ', '\t', '\r', '\n', '\0', '"', ',', '\u00E9', '\u0131',
        '\uD800'
    ];
    private static readonly string[] Inserted = [" ", "\t", "\n", "\r\n", "=", ".", "A", "AAAA", "\0", "%20"];

    [Fact]
    public async Task A_token_with_any_character_changed_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;
        var changed = token.ToCharArray();
        var refused = 0;

        for (var at = 0; at < token.Length; at++)
        {
            // Changes every bit, and uses characters that decoders reject or ignore.
            foreach (var letter in Substitutes.Concat(Enumerable.Range(0, 8).Select(bit => (char)(token[at] ^ (1 << bit))))
                .Where(letter => letter != token[at]))
            {
                changed[at] = letter;
                refused += await RejectAsync(api, new string(changed), $"{letter:x} at {at}");
            }

            changed[at] = token[at];
        }

        Assert.InRange(refused, 30 * token.Length, 32 * token.Length);
        await AssertUnharmedAsync(api, token);
    }

    [Fact]
    public async Task A_token_truncated_at_any_position_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;

        for (var at = 0; at < token.Length; at++)
        {
            await RejectAsync(api, token[..at], $"the first {at}");
            await RejectAsync(api, token[(at + 1)..], $"all but the first {at + 1}");
        }

        await AssertUnharmedAsync(api, token);
    }

    [Fact]
    public async Task A_token_with_any_character_removed_doubled_or_swapped_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;

        for (var at = 0; at < token.Length; at++)
        {
            await RejectAsync(api, token.Remove(at, 1), $"without {at}");
            await RejectAsync(api, token.Insert(at, token[at].ToString()), $"doubled {at}");

            if (at + 1 < token.Length && token[at] != token[at + 1])
            {
                await RejectAsync(api, token[..at] + token[at + 1] + token[at] + token[(at + 2)..], $"swapped {at}");
            }
        }

        await AssertUnharmedAsync(api, token);
    }

    [Fact]
    public async Task A_token_with_text_inserted_at_any_position_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;

        for (var at = 0; at <= token.Length; at++)
        {
            foreach (var foreign in Inserted)
            {
                await RejectAsync(api, token.Insert(at, foreign), $"'{foreign}' at {at}");
            }
        }

        await AssertUnharmedAsync(api, token);
    }

    [Fact]
    public async Task A_token_that_is_doubled_reversed_or_has_mixed_parts_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Text;
        var other = api.Alice.WithText("sub", "other").Text.Split('.');
        var parts = token.Split('.');
        string[] all = [.. parts, .. other];

        await RejectAsync(api, token + token, "twice");
        await RejectAsync(api, token + "." + token, "twice, with a dot");
        await RejectAsync(api, new string([.. token.Reverse()]), "turned round");

        foreach (var first in all)
        {
            foreach (var second in all)
            {
                foreach (var third in all)
                {
                    if (new[] { first, second, third } is var mixed && !mixed.SequenceEqual(parts) && !mixed.SequenceEqual(other))
                    {
                        await RejectAsync(api, string.Join('.', mixed), "mixed");
                    }
                }
            }
        }

        await AssertUnharmedAsync(api, token);
    }

    [Fact]
    public async Task A_token_with_any_byte_of_header_or_payload_changed_and_an_invalid_signature_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var good = api.Alice.Signed(_ => new byte[256]);
        var header = good.HeaderBytes;
        var payload = good.PayloadBytes;

        foreach (var substitute in new byte[]
        {
            0, (byte)'"', (byte)'\\', (byte)'{', (byte)'}', (byte)'[', (byte)',', (byte)':', (byte)' ', (byte)'0', (byte)'e',
            0x80, 0xC3, 0xFF,
        })
        {
            for (var at = 0; at < header.Length; at++)
            {
                await RejectAsync(
                    api, good.WithHeader([.. header[..at], substitute, .. header[(at + 1)..]]).Text, $"header {substitute} at {at}");
            }

            for (var at = 0; at < payload.Length; at++)
            {
                await RejectAsync(
                    api, good.WithPayload([.. payload[..at], substitute, .. payload[(at + 1)..]]).Text, $"payload {substitute} at {at}");
            }
        }

        await AssertUnharmedAsync(api, api.Alice.Text);
    }

    private static async ValueTask<int> RejectAsync(OrdersApi api, string token, string mutation)
    {
        var verification = await api.Verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(verification.IsRejected(out _), mutation);

        return 1;
    }

    /// <summary>Asserts that the valid token is still accepted, and that all changed kids together caused at most one fetch.</summary>
    private static async Task AssertUnharmedAsync(OrdersApi api, string token)
    {
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));
        Assert.Equal(1, api.Realm.Discoveries);
        Assert.InRange(api.Realm.Fetches, 1, 2);
    }
}
