package blocks

import "github.com/slack-go/slack"

// PanelCallback is the callback id of every panel.
const PanelCallback = "panel"

// panelHead is the blocks above a panel's message: the news and a line.
const panelHead = 2

// Panel shows a message as a modal, with news above it: a place to do several things in, one after the other.
// Tables, which modals do not take, are left out.
func Panel(title, news string, m Message, meta string) *slack.ModalViewRequest {
	var set []slack.Block
	if news != "" {
		set = append(set, slack.NewSectionBlock(mrkdwn(news), nil, nil), slack.NewDividerBlock())
	}
	for _, b := range m.Blocks {
		if b.BlockType() != slack.MBTTable {
			set = append(set, b)
		}
	}
	return &slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(title, 24), Close: plainText("Close", 24), CallbackID: PanelCallback, PrivateMetadata: meta,
		Blocks: slack.Blocks{BlockSet: set[:min(len(set), maxViewBlocks)]},
	}
}
