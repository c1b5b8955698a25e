using System.Text;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class TokenTextTests
{
    [Fact]
    public void Texts_of_every_length_are_equal_only_to_themselves()
    {
        for (var length = 0; length < 200; length++)
        {
            var text = string.Create(length, length, static (letters, seed) => new Random(seed).GetItems<char>("ABCxyz019-_.", letters));
            var letters = Encoding.ASCII.GetBytes(text);

            Assert.True(TokenText.Equals(letters, text));
            Assert.False(TokenText.Equals(letters, text + "A"));
            for (var position = 0; position < length; position++)
            {
                foreach (var other in new[]
                {
                    (char)(text[position] ^ 1),
                    (char)(text[position] + 0x80),
                    (char)(text[position] + 0x100),
                    (char)(text[position] + 0x8000),
                    (char)(text[position] + 0xFF00),
                    '\0',
                    '\uFFFF',
                })
                {
                    Assert.False(TokenText.Equals(letters, text[..position] + other + text[(position + 1)..]));
                }
            }
        }
    }

    [Fact]
    public void ASCII_characters_become_bytes_and_other_characters_become_non_ASCII_bytes()
    {
        for (var length = 0; length < 100; length++)
        {
            var text = string.Create(length, length, static (letters, seed) => new Random(seed).GetItems<char>("ABCxyz019-_.", letters));
            var letters = new byte[length + 1];
            letters[length] = 7;
            TokenText.Narrow(text, letters);
            Assert.Equal([.. Encoding.ASCII.GetBytes(text), (byte)7], letters);

            for (var position = 0; position < length; position++)
            {
                foreach (var other in new[]
                {
                    '\x80',
                    '\xFF',
                    (char)(text[position] + 0x100),
                    (char)(text[position] + 0x8000),
                    (char)(text[position] + 0xFF00),
                    '\uFFFF',
                })
                {
                    TokenText.Narrow(text[..position] + other + text[(position + 1)..], letters);
                    Assert.InRange(letters[position], 0x80, 0xFF);
                }
            }
        }
    }
}
